"""What members say is broken: about which thing, with a photo, and what staff say to it."""
