"""What the Export page draws."""
