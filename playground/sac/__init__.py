"""The page "SAC": a dial for the entropy, the squashed Gaussian, the automatic temperature."""
