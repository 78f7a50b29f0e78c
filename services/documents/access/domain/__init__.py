"""Stored content and who was given it. Pure."""
