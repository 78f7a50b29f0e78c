"""The routes of bulks."""
