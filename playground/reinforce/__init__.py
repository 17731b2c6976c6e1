"""The page "REINFORCE": one episode by hand, the gradient and its estimates, the derivation."""
