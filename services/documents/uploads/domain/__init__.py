"""The rules of uploads. Pure."""
