"""What people do with signing identities, and what happens to them by itself."""
