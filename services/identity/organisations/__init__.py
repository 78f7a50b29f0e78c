"""Legal entities, their heads, and whom they name to represent them (I11)."""
