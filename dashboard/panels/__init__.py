"""What one page draws, a folder a page."""
