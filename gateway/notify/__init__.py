"""The way out of the house: a port, and the envoy who takes one message through it."""
