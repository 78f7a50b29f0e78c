"""The doctor's side: the queue, claims, decisions."""
