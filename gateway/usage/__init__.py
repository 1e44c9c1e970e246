"""What the house is used for, and what people wanted and did not get: figures with their definitions beside them."""
