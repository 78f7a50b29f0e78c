"""Who may book, when they are taken, and whose account is closed."""
