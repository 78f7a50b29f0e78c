"""What signers need outside MongoDB: keys and tokens, roots and lists, responders."""
