"""What an account is, and what is shown of it."""
