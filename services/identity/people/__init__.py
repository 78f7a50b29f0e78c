"""People found by staff: exactly, few, counted, and each look in that person's journal."""
