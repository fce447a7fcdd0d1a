"""What the SQL page draws."""
