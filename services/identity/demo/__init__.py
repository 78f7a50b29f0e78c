"""Demo accounts, put there at the start of a demo."""
