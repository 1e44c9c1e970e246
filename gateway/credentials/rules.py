"""Which digits are too easy to guess, and how a card's number is read."""

import re
import secrets
import unicodedata
from datetime import date
from typing import Final

DIGITS: Final = 6  # 10^6 PINs; with the limits of `gateway/kiosks` 0.05 % a day for whoever keeps guessing at one

_ROWS: Final = ("01234567890123456789", "98765432109876543210")
_FEW: Final = 3  # different digits


def new_pin() -> str:
    """Six random digits."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"


def is_easy_to_guess(pin: str, member_no: str) -> bool:
    """What a stranger with the card in hand tries first: few digits, rows, repeats, birthdays, the number on it."""
    return (
        len(set(pin)) < _FEW
        or any(pin in row for row in _ROWS)
        or re.fullmatch(r"(\d{2,3})\1+", pin) is not None
        or pin in member_no
        or _is_date(pin)
    )


def card_number(text: str) -> str:
    """A card's number as it is compared: `04:a2:1f` of one reader is `04A21F` of another."""
    return re.sub(r"[\s:.-]", "", unicodedata.normalize("NFKC", text)).upper()


def _is_date(pin: str) -> bool:
    """Year, month, day, as people here write their birthday; the century is anybody's."""
    year, month, day = int(pin[:2]), int(pin[2:4]), int(pin[4:])
    try:
        date(2000 + year, month, day)
    except ValueError:
        return False
    return True
