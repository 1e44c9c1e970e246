"""Readings: kept in a database of their own, so that a flood of them can neither delay nor fill the core."""
