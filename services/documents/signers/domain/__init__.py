"""What a signing identity is, who may have one, what it signed. Pure."""
