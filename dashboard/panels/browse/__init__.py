"""What the Browse page draws."""
