"""What carries a node: its one thread, its link, its memory, its configuration."""
