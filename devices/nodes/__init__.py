"""One firmware a kind of box: messages in, messages out."""
