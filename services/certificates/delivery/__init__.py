"""What the post says: paper copies on their way."""
