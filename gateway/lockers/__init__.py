"""Locker banks, their compartments, and who rents one."""
