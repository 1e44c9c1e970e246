"""Counting compartments: what the software says, what the doors say, and what staff see inside."""
