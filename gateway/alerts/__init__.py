"""What staff must know and do something about: one alert a kind and thing, until it is cleared."""
