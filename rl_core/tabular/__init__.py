"""Reinforcement learning in tables: finite MDPs, exact solvers, control. NumPy only."""
