"""The verbs about uploads: taking, scanning what waits, reading, opening to reviews."""
