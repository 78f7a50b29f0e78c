"""Clinics: what they are, where, when and by which right they work (K2)."""
