"""Reinforcement learning with networks. Every tensor carries a leading axis of independent runs."""
