"""The map of prompts: every first prompt a point, those of like meaning near each other."""
