"""Things that wear out: what each is, when it is due, what was done to it, and when it will break."""
