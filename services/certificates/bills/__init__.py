"""What an application costs, what was paid for it, and what goes back (C18, d8)."""
