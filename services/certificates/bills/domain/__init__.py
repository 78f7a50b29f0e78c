"""A bill, the money that came for it, and the money that goes back. Pure."""
