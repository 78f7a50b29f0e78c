"""What a message is, and when it is tried again. Pure."""
