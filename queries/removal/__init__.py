"""Taking conversations out: at once out of every answer, then out of every byte, for good."""
