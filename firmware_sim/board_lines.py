"""The line between a port and its lock boards: in virtual time, on a pseudo-terminal, or behind a TCP bridge."""

import contextlib
import os
import select
import socket
import threading
import tty
from collections.abc import Callable, Iterable
from functools import partial

from devices.ports import Timers
from firmware_sim.lock_boards import BoardFault, SimulatedBoard

_LOOK_S = 0.05  # how soon a line's thread notices that it is to end


class Wires:
    """Boards that hear the same bytes. `to_host` is called with whatever comes back on the line."""

    def __init__(self, boards: Iterable[SimulatedBoard]) -> None:
        self.boards: list[SimulatedBoard] = []
        self.faults: set[BoardFault] = set()
        self.to_host: Callable[[bytes], None] = lambda data: None
        for board in boards:
            self.add(board)

    def add(self, board: SimulatedBoard) -> None:
        """One more on the same two wires."""
        board.when_answering = self._answered
        self.boards.append(board)

    def afflict(self, fault: BoardFault) -> None:
        """The adapter and every board from now on."""
        self.faults.add(fault)
        for board in self.boards:
            board.faults.add(fault)

    def from_host(self, data: bytes) -> None:
        """Bytes on the line."""
        if BoardFault.LOCAL_ECHO in self.faults:
            self.to_host(data)
        for board in self.boards:
            board.hear(data)

    def _answered(self, data: bytes) -> None:
        self.to_host(data)


class VirtualPort:
    """A port in virtual time, each byte as long under way as at `baud`; it can be unplugged."""

    def __init__(self, wires: Wires, *, baud: int, timers: Timers) -> None:
        self.when_received: Callable[[bytes], None] = lambda data: None
        self.when_up: Callable[[], None] = lambda: None
        self.when_down: Callable[[], None] = lambda: None
        self.written: list[tuple[float, bytes]] = []
        self.is_plugged = True
        self._wires = wires
        self._baud = baud
        self._timers = timers
        wires.to_host = self._answer

    def start(self) -> None:
        """It is there at once, if it is plugged in."""
        if self.is_plugged:
            self._timers.call_soon(self.when_up)

    def write(self, data: bytes) -> None:
        """Raises OSError while it is unplugged."""
        if not self.is_plugged:
            raise OSError("the port is gone")
        self.written.append((self._timers.now(), data))
        self._timers.call_later(len(data) * 10 / self._baud, lambda: self._wires.from_host(data))

    def close(self) -> None:
        """Nothing comes any more."""
        self.when_received = lambda data: None

    def unplug(self) -> None:
        """The adapter is pulled out."""
        self.is_plugged = False
        self._timers.call_soon(self.when_down)

    def plug_in(self) -> None:
        """And put in again."""
        self.is_plugged = True
        self._timers.call_soon(self.when_up)

    def _answer(self, data: bytes) -> None:
        self._timers.call_later(len(data) * 10 / self._baud, lambda: self.when_received(data))


class PtyLine:
    """A pseudo-terminal: boards at one end, a device file at the other."""

    def __init__(self, wires: Wires, *, timers: Timers, baud: int | None = None) -> None:
        """`baud`: each byte takes as long as it would at that speed; None: no time at all."""
        self._ours, self._theirs = os.openpty()
        tty.setraw(self._theirs)
        self.url = os.ttyname(self._theirs)
        self._wires = wires
        self._timers = timers
        self._byte_s = 0.0 if baud is None else 10 / baud
        self._ending = threading.Event()
        wires.to_host = self._to_device
        self._thread = threading.Thread(target=self._carry, name=f"line {self.url}", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """The far end is gone, as with an adapter that is pulled out."""
        if not self._ending.is_set():
            self._ending.set()
            self._thread.join()
            os.close(self._ours)
            os.close(self._theirs)

    def _to_device(self, data: bytes) -> None:
        self._timers.call_later(len(data) * self._byte_s, lambda: self._write(data))

    def _write(self, data: bytes) -> None:
        if not self._ending.is_set():
            os.write(self._ours, data)

    def _carry(self) -> None:
        while not self._ending.is_set():
            ready, _, _ = select.select([self._ours], [], [], _LOOK_S)
            if ready:
                data = os.read(self._ours, 256)
                self._timers.call_later(len(data) * self._byte_s, partial(self._wires.from_host, data))


class TcpLine:
    """A bridge from TCP to the line, for one client at a time, as these bridges are."""

    def __init__(self, wires: Wires, *, timers: Timers) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(_LOOK_S)
        self.url = f"socket://127.0.0.1:{self._listener.getsockname()[1]}"
        self._client: socket.socket | None = None
        self._wires = wires
        self._timers = timers
        self._ending = threading.Event()
        wires.to_host = self._to_client
        self._thread = threading.Thread(target=self._carry, name=f"line {self.url}", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """The bridge is switched off."""
        self._ending.set()
        self._thread.join()
        self._listener.close()

    def hang_up(self) -> None:
        """The client is thrown out; it may come again."""
        client = self._client
        if client is not None:
            client.shutdown(socket.SHUT_RDWR)

    def _to_client(self, data: bytes) -> None:
        client = self._client
        if client is not None:
            with contextlib.suppress(OSError):  # it has gone meanwhile
                client.sendall(data)

    def _carry(self) -> None:
        while not self._ending.is_set():
            try:
                client, _ = self._listener.accept()
            except TimeoutError:
                continue
            with client:
                client.settimeout(_LOOK_S)
                self._client = client
                self._serve(client)
                self._client = None

    def _serve(self, client: socket.socket) -> None:
        while not self._ending.is_set():
            try:
                data = client.recv(256)
            except TimeoutError:
                continue
            except OSError:
                return
            if not data:
                return
            self._timers.call_soon(partial(self._wires.from_host, data))
