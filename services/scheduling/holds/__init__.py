"""Holds: a free slot is one citizen's for some minutes, while they fill in its booking (A5)."""
