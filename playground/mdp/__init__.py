"""The kit of the mathematics page: one world, one policy, one gamma, seen from several sides."""
