"""The gateway's voice and ear on the wire."""
