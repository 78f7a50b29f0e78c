"""A new phone or e-mail for an account (I16, e7)."""
