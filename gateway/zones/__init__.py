"""Zones: the rooms and areas of the house, and what stands in each."""
