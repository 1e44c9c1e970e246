"""Heads of the audit trail, signed and kept outside the database, so that a trail cut off at its end is noticed.

One compact JWS a line in `data/audit-anchors`; copy that file elsewhere and nobody, not even with the database and this
machine in hand, can shorten what stands before the copy.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from devices.wire.errors import WireError
from devices.wire.signing import PublicKey, SigningKey
from gateway.kit.audit import Head
from gateway.kit.errors import Trouble

FILE_NAME = "audit-anchors"
_TYP = "hearth-anchor"


class AnchorError(Trouble):
    """A line of the anchor file that this centre's key did not sign; the sentence names it."""


def keep(path: Path, head: Head, *, key: SigningKey, now: datetime) -> bool:
    """Write down the newest entry's place and hash, unless that was the last thing written. True when it wrote."""
    if not head.seq or _last_line(path).startswith(_line_start(head)):
        return False
    payload = json.dumps({"seq": head.seq, "hash": head.hash, "at": now.isoformat()}).encode()
    with path.open("a", encoding="ascii") as file:
        file.write(f"{_line_start(head)}{key.sign(payload, typ=_TYP).decode()}\n")
    return True


def read(path: Path, *, key: PublicKey) -> dict[int, str]:
    """Hash by place. Empty when nothing was ever anchored. Raises AnchorError."""
    return dict(_anchors(path, key)) if path.is_file() else {}


def _anchors(path: Path, key: PublicKey) -> Iterator[tuple[int, str]]:
    for no, line in enumerate(path.read_text(encoding="ascii").splitlines(), start=1):
        try:
            anchor = json.loads(key.verify(line.partition(" ")[2].encode(), typ=_TYP))
        except WireError as error:
            raise AnchorError(f"line {no} of {path} was not signed by this centre") from error
        yield anchor["seq"], anchor["hash"]


def _line_start(head: Head) -> str:
    return f"{head.seq} "


def _last_line(path: Path) -> str:
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 2048))
        lines = file.read().decode("ascii").splitlines()
    return lines[-1] if lines else ""
