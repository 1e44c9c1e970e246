"""What the house has to say to one person, until it is no longer so."""
