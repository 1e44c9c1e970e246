"""Kiosks: what each may do, who stands before one, and how often somebody may guess there."""
