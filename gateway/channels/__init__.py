"""Where the house sends what staff must know: each way out, and what is still on its way."""
