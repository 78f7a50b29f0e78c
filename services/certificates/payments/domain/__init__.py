"""What payments mean, and what the acquirer tells. Pure."""
