"""Refresh tokens, and when keys sign."""
