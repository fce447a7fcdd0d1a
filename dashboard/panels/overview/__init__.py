"""What the Overview page draws."""
