"""A signer's own act for one document, and sessions that the signer opens and closes (K5)."""
