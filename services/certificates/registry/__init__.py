"""Issued certificates: the registry, its public check, revocation."""
