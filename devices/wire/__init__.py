"""The contract between a device and its gateway: topics, messages, signatures. Nothing here does I/O."""
