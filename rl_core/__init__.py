"""The learning itself: tables in NumPy, networks in PyTorch. Knows nothing of the app."""

__version__ = "0.1.0"
