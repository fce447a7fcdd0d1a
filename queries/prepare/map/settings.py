"""The seed of a map."""

MAP_SEED = 1
