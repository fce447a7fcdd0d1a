"""What two or more views show; a function draws one thing."""
