"""The floor plan: where everything in the house is, as data, and how one gets there."""
