"""uvicorn, with the time-outs it lacks: a request that does not arrive and a reader that does not read are let go."""

import asyncio
import resource
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEADERS_S: Final = 10.0  # from the connection, or the next request's first byte, until its headers are whole
BODY_S: Final = 20.0  # from there until its body is whole; the doors answer 408 before that
STALL_S: Final = 30.0  # an answer that nobody takes
STOP_S: Final = 2  # for requests under way, when the program stops
IDLE_S: Final = 15  # a connection kept for the next request

_MOST_FILES: Final = 65_536
_BACKLOG: Final = 2048


class PatientProtocol(HttpToolsProtocol):
    """One connection, with an end to patience."""

    headers_s = HEADERS_S
    body_s = BODY_S
    stall_s = STALL_S

    _arrival: asyncio.TimerHandle | None = None
    _stall: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Somebody is there."""
        super().connection_made(transport)
        self._expect(self.headers_s)

    def data_received(self, data: bytes) -> None:
        """Bytes came. Whatever they are, they end the quiet between two requests."""
        is_idle = self.cycle is not None and self.cycle.response_complete
        if self._arrival is None and is_idle:
            self._expect(self.headers_s)
        super().data_received(data)

    def on_message_begin(self) -> None:
        """A request's first byte."""
        super().on_message_begin()
        if self._arrival is None:
            self._expect(self.headers_s)

    def on_headers_complete(self) -> None:
        """Its headers are whole."""
        self._expect(self.body_s)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """All of it is there."""
        self._expect(None)
        super().on_message_complete()

    def pause_writing(self) -> None:
        """They do not take what we send."""
        super().pause_writing()
        self._stall = self.loop.call_later(self.stall_s, self._let_go)

    def resume_writing(self) -> None:
        """They do again."""
        super().resume_writing()
        _cancel(self._stall)

    def connection_lost(self, exc: Exception | None) -> None:
        """Somebody is gone."""
        self._expect(None)
        _cancel(self._stall)
        super().connection_lost(exc)

    def _expect(self, seconds: float | None) -> None:
        """Let go unless something arrives in time; None: nothing is expected."""
        _cancel(self._arrival)
        self._arrival = None if seconds is None else self.loop.call_later(seconds, self._let_go)

    def _let_go(self) -> None:
        self.transport.abort()


class Server(uvicorn.Server):
    """Stops quickly: streams and waiting requests are ended before anybody waits for them."""

    def __init__(
        self, config: uvicorn.Config, *, when_closing: Callable[[], None], when_ready: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self._when_closing = when_closing
        self._when_ready = when_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer."""
        await super().startup(sockets)
        self._when_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Finish what is under way, for STOP_S at most."""
        self._when_closing()
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """uvicorn would raise them again afterwards, and the program seem to have been killed."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self.handle_exit)
        yield


def listen(host: str, port: int) -> socket.socket:
    """Take the address. Raises OSError when somebody else has it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=_BACKLOG)


def serve(
    app: FastAPI, listener: socket.socket, *, when_ready: Callable[[], None], headers_s: float = HEADERS_S
) -> None:
    """Answer until SIGINT or SIGTERM."""
    _allow_many_files()
    config = uvicorn.Config(
        app,
        http=type("Protocol", (PatientProtocol,), {"headers_s": headers_s}),
        loop="uvloop",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=IDLE_S,
        timeout_graceful_shutdown=STOP_S,
    )
    Server(config, when_closing=app.state.desk.hub.close, when_ready=when_ready).run(sockets=[listener])


def _cancel(timer: asyncio.TimerHandle | None) -> None:
    if timer is not None:
        timer.cancel()


def _allow_many_files() -> None:
    """As many connections as the system lets us have: at the usual 1,024 a thousand idle ones shut everybody out."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, _MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
