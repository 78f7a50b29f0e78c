"""Bulks taken in, worked off, and reported."""
