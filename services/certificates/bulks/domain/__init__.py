"""A bulk, its rows, and what a row says."""
