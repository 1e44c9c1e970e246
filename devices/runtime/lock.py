"""One program at a time at a device's doors: its firmware, or whoever commissions it."""

import fcntl
from pathlib import Path
from typing import TextIO


class Busy(OSError):
    """Another program has them."""


def take(log: Path) -> TextIO:
    """Hold the device whose log this is, until the file that is returned is closed or this process ends.

    Raises Busy while another process holds it.
    """
    path = log.with_name(f"{log.name}.lock")
    file = path.open("a", encoding="utf-8")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.close()
        raise Busy(f"another program runs as this device (something holds {path}): stop that first") from error
    return file
