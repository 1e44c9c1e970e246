"""Figures about the running house for a monitoring program: counts of things, never of one person."""
