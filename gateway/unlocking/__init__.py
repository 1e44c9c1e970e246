"""The unlock engine: `unlock/1` as seen from the gateway."""
