"""Templates and their rendering: data in, words out. Pure."""
