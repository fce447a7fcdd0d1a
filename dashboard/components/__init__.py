"""What more than one page draws; each function draws one thing."""
