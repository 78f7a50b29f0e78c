"""A talon by e-mail, as its owner asks: to a proved address, once, written into the journal."""
