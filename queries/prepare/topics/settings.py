"""How many topics there are, and the seed of their fit."""

TOPICS_DEFAULT, TOPICS_MIN, TOPICS_MAX = 20, 2, 100

TOPICS_SEED = 1
