"""The citizen's routes to applications."""
