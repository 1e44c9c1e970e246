"""The machine the house runs on: its disk, its clock, its broker, its database; what is wrong with them is an alert."""
