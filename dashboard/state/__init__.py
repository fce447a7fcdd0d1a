"""One per reader: the address, the session, the user, and what is chosen. Nothing here draws."""
