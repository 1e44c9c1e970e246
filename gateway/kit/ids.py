"""Names that cannot be guessed or counted."""

import secrets


def new_id() -> str:
    """128 random bits in hex, for rows that others may see."""
    return secrets.token_hex(16)


def new_boot_id() -> str:
    """64 random bits in hex, new at every start of a program."""
    return secrets.token_hex(8)
