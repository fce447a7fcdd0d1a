"""Taking a slice away: which conversations, in which shape and format, with a manifest."""
