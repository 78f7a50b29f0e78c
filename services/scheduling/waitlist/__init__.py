"""Waitlist: who waits for a visit that is not there, and to whom the next free slot is offered."""
