"""What the Conversation page draws."""
