"""The learning itself: tabular methods in NumPy, deep methods in PyTorch. Knows nothing of the app."""
