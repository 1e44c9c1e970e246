"""How many people are where: entries minus exits over the counters at each zone's borders, and how sure that is."""
