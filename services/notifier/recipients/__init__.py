"""Whom messages reach: copies of contacts, and the devices that citizens connect."""
