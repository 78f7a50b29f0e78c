"""Paying a bill: at the acquirer, or at the treasury; and having money given back (C18, d8)."""
