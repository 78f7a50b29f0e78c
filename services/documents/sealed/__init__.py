"""Sealed documents: ordered by events, sealed by a timer, given out, checked by anybody."""
