"""Stored content and how it is shown. Pure."""
