"""Bookings: a space for a member for a time, and the key to its door."""
