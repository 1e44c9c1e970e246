"""What members say of the centre: a score and words, which staff read without a name."""
