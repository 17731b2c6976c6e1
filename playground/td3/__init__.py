"""The page "TD3": DDPG made into TD3 by hand, one idea at a time."""
