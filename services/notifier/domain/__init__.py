"""What a message is, whom it reaches, what it says and when it is tried again. Pure."""
