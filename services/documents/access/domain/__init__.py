"""Stored content and who was given it; how a link and the journal are shown. Pure."""
