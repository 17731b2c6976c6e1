"""The page "PPO": the clipped objective by hand, on one sample and on a whole batch."""
