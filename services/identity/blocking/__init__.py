"""Administrators close accounts and open them again."""
