"""What Home Assistant is shown of the house: devices it finds by itself, to look at and never to open."""
