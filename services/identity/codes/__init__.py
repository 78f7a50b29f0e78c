"""One-time codes: made, sent, sent again, answered (I3, I4, e6, e7)."""
