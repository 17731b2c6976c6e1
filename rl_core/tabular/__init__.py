"""Reinforcement learning in tables: finite MDPs, exact solvers, temporal-difference control. NumPy only."""
