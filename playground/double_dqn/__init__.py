"""The page on Double DQN: two noisy tables, S&B 6.7 live, overestimation against the truth."""
