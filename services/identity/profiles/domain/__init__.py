"""What a profile must be, and how its confirmation goes on."""
