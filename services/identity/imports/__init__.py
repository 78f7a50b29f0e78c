"""Clinics, their rooms and their staff out of a file (K10)."""
