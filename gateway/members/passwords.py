"""Passwords: how they are kept, and which are too easy to guess."""

import ctypes
import re
import secrets
import threading
import unicodedata
from datetime import date, timedelta
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

ONE_TIME_LASTS: Final = timedelta(hours=24)
MIN_LENGTH: Final = 8
MAX_LENGTH: Final = 128

_AT_ONCE: Final = 2  # hashes; each takes 19 MiB and most of a Pi's core
_M_MMAP_THRESHOLD: Final = -3  # glibc's malloc.h
_LARGE: Final = 1 << 20  # bytes

# What people choose when a machine asks for eight characters: a word such as these, dressed up with figures and signs.
_STEMS: Final = frozenset(
    """
    a aa aaa abc abcd abcde abcdef admin administrator angel asd asdf asdfgh asdfghjk asdfghjkl baby beijing changeme
    china chinese computer default demo dragon family flower football friend guest happy hearth hello home iloveu
    iloveyou internet king letmein liverpool locker login love lovely lover loveyou lucky manager master member men
    michael monkey mother mypassword nihao p pass passw password passwort pw princess q qaz qazwsx qazwsxedc qq qqq
    qwe qweasd qweasdzxc qwer qwert qwerty qwertyu qwertyui qwertyuiop qwq root secret shadow shanghai shenzhen staff
    summer sunshine superman test testing trustno union user wang weixin welcome winter woaini woaiwojia woshishui
    wodemima wohenhao wo x xx xxx zaq zaqwsx zaqxsw zhang zhongguo zhigong zxc zxcv zxcvb zxcvbn zxcvbnm mima chen li
    huang zhao wu zhou liu yang
    """.split()
)
_ROWS: Final = ("abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm", "01234567890123456789")
_LOOKALIKES: Final = str.maketrans({"@": "a", "$": "s", "0": "o", "1": "l", "3": "e", "5": "s"})
_FEW: Final = 4  # different characters

_LETTERS: Final = "23456789abcdefghjkmnpqrstuvwxyz"  # none that looks like another


def one_time_code() -> str:
    """Three groups of four, 59 random bits, easy to read aloud and type."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(3))


class Hasher:
    """Argon2id with 19 MiB, two rounds, one lane (OWASP's floor: 82 ms on the reference machine), two at a time."""

    def __init__(self, *, time_cost: int = 2, memory_kib: int = 19_456) -> None:
        _give_back_what_is_large()
        self._argon2 = PasswordHasher(time_cost=time_cost, memory_cost=memory_kib, parallelism=1)
        self._places = threading.BoundedSemaphore(_AT_ONCE)
        self._nobodys = self._argon2.hash("the password of nobody")

    def hash(self, password: str) -> str:
        """What to keep of a password."""
        with self._places:
            return self._argon2.hash(_bytes(password))

    def matches(self, password_hash: str | None, password: str) -> bool:
        """Whether this is the password. None, for somebody who does not exist, takes as long and is False."""
        with self._places:
            try:
                right = self._argon2.verify(password_hash or self._nobodys, _bytes(password))
            except (VerificationError, InvalidHashError):
                return False
        return right and password_hash is not None

    def is_outdated(self, password_hash: str) -> bool:
        """Made with other figures than today's: hash anew while the password is at hand."""
        return self._argon2.check_needs_rehash(password_hash)


def password_fault(password: str, member_no: str, name: str) -> str | None:
    """Why this must not be a password (`too_short`, `too_long`, `too_common`, `too_personal`), or None.

    There are no rules of composition: length and being unguessable are what counts (OWASP ASVS 5.0, 6.2).
    """
    plain = _plain(password)
    if len(plain) < MIN_LENGTH:
        return "too_short"
    if len(plain) > MAX_LENGTH:
        return "too_long"
    if _is_personal(plain.casefold(), member_no.casefold(), name.casefold()):
        return "too_personal"
    if _is_common(plain.casefold()):
        return "too_common"
    return None


def _give_back_what_is_large() -> None:
    """Let every large block return to the system when it is freed.

    Left to itself glibc learns from the first hash that such blocks are wanted, and keeps 19 MiB a thread for ever.
    """
    if (mallopt := getattr(ctypes.CDLL(None), "mallopt", None)) is not None:  # other C libraries learn nothing
        mallopt(_M_MMAP_THRESHOLD, _LARGE)


def _plain(password: str) -> str:
    """The same text for the same keys: an input method may send full-width figures and letters."""
    return unicodedata.normalize("NFKC", password)


def _bytes(password: str) -> bytes:
    """What is hashed. JSON can carry half a character; that is a wrong password and no error."""
    return _plain(password).encode("utf-8", "surrogatepass")


def _is_personal(password: str, member_no: str, name: str) -> bool:
    """What remains without their own number and name would be too short by itself."""
    left = password
    for part in (member_no, *name.split()):
        left = left.replace(part, "")
    return left != password and len(left) < MIN_LENGTH


def _is_common(password: str) -> bool:
    return (
        len(set(password)) < _FEW
        or _is_date(password)
        or _is_mobile_number(password)
        or _is_repeated(password)
        or _is_run(password)
        or _is_dressed_up(password)
    )


def _is_date(password: str) -> bool:
    figures = re.fullmatch(r"(19|20)(\d\d)\D?(\d\d)\D?(\d\d)", password)
    if figures is None:
        return False
    century, year, month, day = map(int, figures.groups())
    try:
        date(century * 100 + year, month, day)
    except ValueError:
        return False
    return True


def _is_mobile_number(password: str) -> bool:
    return re.fullmatch(r"1[3-9]\d{9}", password) is not None


def _is_repeated(password: str) -> bool:
    return re.fullmatch(r"(.{1,4})\1+", password) is not None


def _is_run(password: str) -> bool:
    """Along the alphabet, the figures or a row of keys, either way, and such runs one after another."""
    rest = password
    while rest:
        length = _run_length(rest)
        if length < 3:
            return False
        rest = rest[length:]
    return True


def _run_length(text: str) -> int:
    lines = [line for row in _ROWS for line in (row, row[::-1])]
    return max(
        (length for length in range(1, len(text) + 1) if any(text[:length] in line for line in lines)), default=0
    )


def _is_dressed_up(password: str) -> bool:
    """A common word between figures and signs, spelt plainly or with look-alikes: `Passw0rd!`, `woaini1314`."""
    bare = _undressed(password)
    return not _STEMS.isdisjoint({bare, bare.translate(_LOOKALIKES), _undressed(password.translate(_LOOKALIKES))})


def _undressed(password: str) -> str:
    return re.sub(r"^[\W\d_]+|[\W\d_]+$", "", password)
