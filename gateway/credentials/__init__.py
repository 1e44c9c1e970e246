"""What somebody without a phone proves themselves with: six digits, and a card that says whose they are."""
