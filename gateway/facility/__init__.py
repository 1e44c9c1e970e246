"""What the house itself is like: what its sensors say, and what of that staff must know at once."""
