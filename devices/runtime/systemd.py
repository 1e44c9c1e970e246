"""The few words systemd wants to hear (sd_notify(3)). Without systemd they go nowhere."""

import contextlib
import os
import socket
from typing import Final

from devices.ports import Timers

READY: Final = "READY=1"
STOPPING: Final = "STOPPING=1"
WATCHDOG: Final = "WATCHDOG=1"


def notify(word: str) -> None:
    """Tell systemd. Never raises and never waits."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as link:
        link.setblocking(False)
        link.connect("\0" + address[1:] if address.startswith("@") else address)
        link.send(word.encode())


def feed_watchdog(timers: Timers) -> None:
    """From now on say WATCHDOG=1 on the timers' thread, twice in the span systemd allows; nothing without WatchdogSec.

    A thread that hangs falls silent, and systemd starts the program again.
    """
    span_us = int(os.environ.get("WATCHDOG_USEC", "0"))
    if not span_us or not os.environ.get("NOTIFY_SOCKET"):
        return

    def feed() -> None:
        notify(WATCHDOG)
        timers.call_later(span_us / 2e6, feed)

    timers.call_soon(feed)
