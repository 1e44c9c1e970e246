"""Spaces and the claims on them: everything of which there is only so much at a time."""
