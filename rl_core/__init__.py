"""The learning itself: tables in NumPy, networks in PyTorch. Knows nothing of the app."""
