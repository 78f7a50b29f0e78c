"""The rules of certificates and their numbers, pure."""
