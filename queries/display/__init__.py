"""What a reader may see of a stored text: covers over flagged texts, masked contact data."""
