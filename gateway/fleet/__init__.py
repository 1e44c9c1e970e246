"""The devices: who they are, whether they are there, what they said, and the locks they drive."""
