"""Stored content: where it lives, who was given it, and the journal of that."""
