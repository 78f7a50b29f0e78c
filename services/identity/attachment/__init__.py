"""Which clinic a citizen is attached to (K6)."""
