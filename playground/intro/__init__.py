"""Section 1, Introduction: the puppy, its trainer, and three kinds of learning."""
