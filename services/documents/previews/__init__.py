"""Previews: a certificate as it will be printed, for the doctor who is about to sign it (K5)."""
