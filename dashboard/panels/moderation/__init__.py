"""What the Moderation page draws."""
