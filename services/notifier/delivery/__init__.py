"""Messages on their way: tried until they are there or hopeless, codes once; and their journal."""
