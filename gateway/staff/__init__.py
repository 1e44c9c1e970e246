"""What staff do at a door that others hold: never in silence."""
