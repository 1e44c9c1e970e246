"""Stopping every opening, and opening everything: three different words, `freeze`, `emergency_open` and `clear`."""
