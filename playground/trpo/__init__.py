"""The page "TRPO": one update on the map of a policy with two parameters, station by station."""
