"""The page on DQN: one update by hand, the deadly triad, the replay buffer under an X-ray."""
