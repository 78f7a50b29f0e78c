"""What is done about video visits: they are arranged, and their rooms are entered."""
