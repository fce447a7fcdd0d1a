"""What the About page draws."""
