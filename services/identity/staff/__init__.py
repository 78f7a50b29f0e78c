"""Staff accounts, made by an administrator."""
