"""A serial port, or a TCP bridge to one (`socket://host:port`), by pyserial: bytes in and out, nothing waited for."""

import logging
import threading
from collections.abc import Callable
from functools import partial
from typing import Final, Protocol

import serial

from devices.ports import Timers

log = logging.getLogger(__name__)

AGAIN_S: Final = 2.0  # between two tries to open a port that is not there
_READ_S: Final = 0.2  # how soon a closed port's thread notices


class Port(Protocol):
    """What a line needs of a port. The callbacks come on the timers' thread."""

    when_received: Callable[[bytes], None]
    when_up: Callable[[], None]
    when_down: Callable[[], None]

    def start(self) -> None:
        """Open it, for as long as that takes, and again whenever it is lost."""

    def write(self, data: bytes) -> None:
        """Send and return at once. Raises OSError when it is not open or takes nothing."""

    def close(self) -> None:
        """Give it up for good. Safe to repeat."""


class _Open(Protocol):
    """What pyserial's ports have in common."""

    @property
    def in_waiting(self) -> int: ...

    def read(self, size: int) -> bytes: ...

    def write(self, data: bytes) -> int | None: ...


class SerialPort:
    """A port by its pyserial URL: `/dev/ttyUSB0`, `socket://192.0.2.9:5000`, `rfc2217://…`. 8N1."""

    def __init__(self, url: str, *, baud: int, timers: Timers, again_s: float = AGAIN_S) -> None:
        """Not open yet: a port that is not there is waited for, since a USB adapter may be plugged in later."""
        self.when_received: Callable[[bytes], None] = lambda data: None
        self.when_up: Callable[[], None] = lambda: None
        self.when_down: Callable[[], None] = lambda: None
        self._url = url
        self._baud = baud
        self._timers = timers
        self._again_s = again_s
        self._lock = threading.Lock()
        self._port: _Open | None = None
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"port {url}", daemon=True)

    def start(self) -> None:
        """Once only."""
        self._thread.start()

    def write(self, data: bytes) -> None:
        """Into the kernel's buffer, which is far larger than any frame: whoever takes nothing is stuck."""
        with self._lock:
            if self._port is None:
                raise OSError(f"{self._url} is not open")
            taken = self._port.write(data)
        if taken != len(data):
            raise OSError(f"{self._url} took {taken} of {len(data)} bytes")

    def close(self) -> None:
        """Its thread ends within moments."""
        self._closing.set()

    @property
    def is_alive(self) -> bool:
        """Whether its thread still runs."""
        return self._thread.is_alive()

    def _run(self) -> None:
        while not self._closing.is_set():
            try:
                with serial.serial_for_url(self._url, baudrate=self._baud, timeout=_READ_S, write_timeout=0) as port:
                    self._serve(port)
            except (OSError, ValueError) as error:  # pyserial's own errors are OSErrors; a bad URL is a ValueError
                log.warning("%s: %s", self._url, error)
            self._closing.wait(self._again_s)

    def _serve(self, port: _Open) -> None:
        with self._lock:
            self._port = port
        self._timers.call_soon(self.when_up)
        try:
            while not self._closing.is_set():
                if data := port.read(1):
                    data += port.read(port.in_waiting)
                    self._timers.call_soon(partial(self.when_received, data))
        finally:  # before it is closed: what pyserial does with a write to a port that is being closed is not defined
            with self._lock:
                self._port = None
            self._timers.call_soon(self.when_down)
