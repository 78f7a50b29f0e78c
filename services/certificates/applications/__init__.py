"""Applications: drafts, submission, documents asked for, withdrawal; who was shown them."""
