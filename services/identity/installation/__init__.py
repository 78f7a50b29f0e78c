"""The first administrator of an installation, made by a command on the server (K1)."""
