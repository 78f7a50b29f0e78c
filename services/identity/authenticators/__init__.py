"""Authenticator apps (RFC 6238): what is kept of one, and whether a code is right (d11)."""
