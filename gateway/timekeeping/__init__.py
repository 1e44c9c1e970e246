"""Whether the clock can be believed: the latest time that the house has kept, and what a clock behind it means."""
