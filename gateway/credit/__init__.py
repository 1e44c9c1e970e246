"""Credit: what it costs a member to keep others from a time and not to use it. Off, until a manager sets a rule."""
