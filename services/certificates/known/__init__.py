"""What others said: confirmed people, staff, who is blocked, accepted files."""
