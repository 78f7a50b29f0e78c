"""Passwords: what one must be, how they are hashed, how many may be tried (I5, e9)."""
