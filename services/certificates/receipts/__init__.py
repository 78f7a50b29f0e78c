"""Receipts of registered applications: kept when sealed, tried again, checked by anybody (C13)."""
