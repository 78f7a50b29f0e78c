"""Triage: a threat to life leads to 103, 112 and an emergency department, and books nothing."""
