"""Applications that legal entities prepare for their employees, many at once (C48, I11)."""
