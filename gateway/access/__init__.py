"""Who may open which lock, from when until when, and by what right: the one truth about entering."""
