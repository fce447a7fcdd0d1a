"""What the Lengths page draws."""
