"""The owner of an account connects an authenticator app, and removes it (d11)."""
