"""A new password for who proves the contacts of an account (e5, e8, I6)."""
