"""A pretended kiosk node over real MQTT: the real node and its readers, only what is held to them is not real.

Each reader has a named pipe of its name beside the node's file: what is written there, a line each, is held to it.
The ports and inputs that the file names are not touched.
"""

import contextlib
import os
import secrets
import select
import threading
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from devices.nodes.kiosk import Kiosk
from devices.nodes.locker_bank import Identity
from devices.parts.line_reader import LineReader
from devices.ports import Timers
from devices.runtime import kiosk_config, program
from devices.runtime.mailbox import Mailbox
from devices.wire.topics import is_name

_LOOK_S: Final = 0.2  # how soon a pipe's thread notices that it is to end


class Plug:
    """Where a pretended reader is plugged in. Safe from any thread."""

    def __init__(self, timers: Timers) -> None:
        self.when_received: Callable[[bytes], None] = lambda data: None
        self.when_up: Callable[[], None] = lambda: None
        self.when_down: Callable[[], None] = lambda: None
        self._timers = timers
        self._is_in = True

    def start(self) -> None:
        """It is in from the start."""
        self.when_up()

    def close(self) -> None:
        """Nothing to give back."""

    def hold(self, text: str) -> None:
        """Hold a card or a code there; nothing reads it while the reader is unplugged."""
        if self._is_in:
            self._timers.call_soon(partial(self._receive, f"{text}\r\n".encode()))

    def pull(self) -> None:
        """Out of its socket."""
        self._is_in = False
        self._timers.call_soon(self.when_down)

    def push(self) -> None:
        """Back into it."""
        self._is_in = True
        self._timers.call_soon(self.when_up)

    def _receive(self, data: bytes) -> None:
        self.when_received(data)


class LiveKiosk:
    """One kiosk node behind its own mailbox and connection, made from one file."""

    def __init__(self, path: Path) -> None:
        """Nothing runs yet. Makes the device's key at its first start. Raises ConfigError with its sentence."""
        config = kiosk_config.load(path)
        directory = path.resolve().parent
        self.device = config.device
        self._mailbox = Mailbox(config.device)
        self.plugs = {one.name: Plug(self._mailbox) for one in config.reader}
        self._pipes = [_Pipe(directory / name, plug) for name, plug in self.plugs.items() if is_name(name)]
        self._outbox = program.Outbox()
        key = program.own_key(directory / config.key)
        identity = Identity(config.site, config.device, key, config.gateway())
        self._node = Kiosk(
            identity=identity,
            readers=[LineReader(name, plug, timers=self._mailbox) for name, plug in self.plugs.items()],
            timers=self._mailbox,
            outbox=self._outbox,
            boot_id=secrets.token_hex(8),
            firmware=program.version(),
        )
        way = program.way_in(config.broker, directory)
        self._connection = program.connection(config.site, config.device, way, self._node, self._mailbox)
        self._outbox.connection = self._connection

    def start(self) -> None:
        """Power on, then connect, for as long as that takes."""
        self._mailbox.start()
        self._mailbox.call_soon(self._node.start)
        for pipe in self._pipes:
            pipe.start()
        self._connection.start()

    def stop(self) -> None:
        """Say goodbye, end."""
        for pipe in self._pipes:
            pipe.close()
        program.say_goodbye(self._node, self._mailbox, self._connection)

    def follow(self, words: Sequence[str]) -> str:
        """Do what one line asks, after the node's name, and answer it."""
        said = " ".join([self.device, *words])
        match words:
            case ["hold", reader, text] if reader in self.plugs:
                self.plugs[reader].hold(text)
            case ["pull", reader] if reader in self.plugs:
                self.plugs[reader].pull()
            case ["push", reader] if reader in self.plugs:
                self.plugs[reader].push()
            case _:
                return f"error {said}: expected hold, pull or push, one of {', '.join(self.plugs)}, and what is held"
        return f"ok {said}"


class _Pipe:
    """Takes what is written to a named pipe, until it is closed."""

    def __init__(self, path: Path, plug: Plug) -> None:
        self._path = path
        self._plug = plug
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"pipe {path.name}", daemon=True)

    def start(self) -> None:
        self._path.unlink(missing_ok=True)
        os.mkfifo(self._path, mode=0o600)
        self._thread.start()

    def close(self) -> None:
        self._closing.set()
        self._thread.join(5.0)
        with contextlib.suppress(OSError):
            self._path.unlink()

    def _run(self) -> None:
        # For writing, too: so it does not end with whoever has written last.
        with os.fdopen(os.open(self._path, os.O_RDWR), "rb", buffering=0) as pipe:
            poll = select.poll()
            poll.register(pipe, select.POLLIN)
            buffer = b""
            while not self._closing.is_set():
                if poll.poll(_LOOK_S * 1000):
                    *lines, buffer = (buffer + os.read(pipe.fileno(), 4096)).split(b"\n")
                    for line in lines:
                        self._plug.hold(line.decode("ascii", "replace").strip())
