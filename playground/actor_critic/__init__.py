"""The page "Actor-Critic": advantages by hand, from TD to Monte Carlo, and what they cost."""
