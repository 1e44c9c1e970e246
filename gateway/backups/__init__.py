"""Copies of a centre that can be put back: made while it runs, tried before they count, and let go by age."""
