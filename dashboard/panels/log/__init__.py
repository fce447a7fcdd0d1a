"""What the Log page draws."""
