"""Who may have what, when and how much of it: rules as data, and the one judgement that every entrance asks."""
