"""What happens by itself after a missed deadline, and who sees the late ones (C17, e14)."""
