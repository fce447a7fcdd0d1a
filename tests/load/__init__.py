"""The load test: many people at once, over the same wire as their browsers."""
