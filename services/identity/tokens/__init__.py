"""Tokens of a login and the keys that sign them (I18)."""
