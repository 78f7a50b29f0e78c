"""The profile of a citizen and what the state registry says of it (I2, I9, I13)."""
