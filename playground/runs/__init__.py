"""Trainings: a store that keeps them, worker processes that carry them out, a pool between."""
