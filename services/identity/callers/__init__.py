"""Who asks without a login, and how much each may (I17)."""
