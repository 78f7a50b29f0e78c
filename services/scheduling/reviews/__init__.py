"""Reviews: what those who were at a visit say of the doctor, one for each visit (A35)."""
