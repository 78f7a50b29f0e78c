"""Whose signature: keys and certificates of doctors and organisations, and what was signed."""
