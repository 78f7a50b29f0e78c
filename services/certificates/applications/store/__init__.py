"""What applications remember: themselves, who was shown them, how many there are."""
