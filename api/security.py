"""What every request and answer goes through, before any door (plain ASGI, so that streams pass untouched)."""

import asyncio
import logging
import re
from collections.abc import MutableMapping
from typing import Any, Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import errors
from api.deps import bearer_of
from api.language import reader_language
from gateway.kit.errors import Refused
from gateway.members.model import Language

log = logging.getLogger(__name__)

MOST_BYTES: Final = 64 * 1024  # of a body
_ROOMY: Final = {
    re.compile("/api/v1/" + path): most
    for path, most in (
        ("staff/members/import", 1024 * 1024),  # a list of members
        ("reports", 1024 * 1024),  # a photo
        ("staff/work-orders/[^/]+/photos", 1024 * 1024),
        ("staff/floor-plan(/check)?", 512 * 1024),
    )
}
_FIGURES: Final = 12  # of a length
BODY_S: Final = 10.0  # for all of it to arrive
ROOMY_BODY_S: Final = 60.0  # for one that may be so much, from a phone in a cellar

_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_CSP: Final = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "media-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)
_ALWAYS: Final = {
    "Content-Security-Policy": _CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_NOTHING: Final = "camera=(), microphone=(), geolocation=()"
_THE_KIOSK: Final = _NOTHING.replace("camera=()", "camera=(self)")  # to which a pass is shown
_HSTS: Final = "max-age=31536000"


class SafeHeaders:
    """Puts the security headers and the right Cache-Control on every answer. `secure`: members come by TLS."""

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self._app = app
        self._always = {**_ALWAYS, "Strict-Transport-Security": _HSTS} if secure else _ALWAYS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(self._always)
                headers["Permissions-Policy"] = _THE_KIOSK if scope["path"].startswith("/kiosk/") else _NOTHING
                headers["Cache-Control"] = _cache_control(scope["path"], message["status"], headers)
            await send(message)

        await self._app(scope, receive, send_with_headers)


class LastResort:
    """Answers what nobody foresaw: 500, and the traceback in the log, not in the answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        has_begun = False

        async def note_and_send(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self._app(scope, receive, note_and_send)
        except Exception:
            log.exception("%s %s failed", scope["method"], scope["path"])
            if has_begun:
                raise  # the server then breaks the connection off: half an answer must not look whole
            # In the house's first language: whoever asked might be looked up, but what failed may be just that.
            await errors.problem(Refused("internal"), Language.ZH_CN)(scope, receive, note_and_send)


class Fence:
    """Turns away what no page of ours would send: other sites' requests, other formats, endless bodies."""

    def __init__(self, app: ASGIApp, *, body_s: float = BODY_S, roomy_s: float = ROOMY_BODY_S) -> None:
        self._app = app
        self._body_s = body_s
        self._roomy_s = roomy_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http" or scope["method"] in _SAFE:
            await self._app(scope, receive, send)
            return
        try:
            headers = Headers(scope=scope)
            if bearer_of(headers) is None:
                _refuse_other_sites(headers)
            most = next((most for path, most in _ROOMY.items() if path.fullmatch(scope["path"])), None)
            body = await self._body(
                headers, receive, most=most or MOST_BYTES, within_s=self._roomy_s if most else self._body_s
            )
            _refuse_other_formats(scope["method"], headers, body)
        except Refused as refused:
            answer = errors.problem(refused, await reader_language(Request(scope)))
            await answer(scope, receive, send)
            return
        await self._app(scope, _replay(body, receive), send)

    async def _body(self, headers: Headers, receive: Receive, *, most: int, within_s: float) -> bytes:
        """All of the body. Raises Refused: `too_large`, `too_slow`."""
        if not _is_at_most(most, headers.get("content-length", "0")):
            raise Refused("too_large")
        try:
            async with asyncio.timeout(within_s):
                return await _read(receive, most=most)
        except TimeoutError as error:
            raise Refused("too_slow") from error


def _is_at_most(most: int, length: str) -> bool:
    """What a request says of its length is one, and no longer. What has more figures than any is not worked out."""
    return length.isdecimal() and len(length) <= _FIGURES and int(length) <= most


async def _read(receive: Receive, *, most: int) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Refused("too_slow")
        body += message.get("body", b"")
        if len(body) > most:
            raise Refused("too_large")
        if not message.get("more_body", False):
            return bytes(body)


def _replay(body: bytes, receive: Receive) -> Receive:
    """Hand the body out once more, then whatever comes after it."""
    waiting = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> MutableMapping[str, Any]:
        return waiting.pop() if waiting else await receive()

    return replayed


def _refuse_other_sites(headers: Headers) -> None:
    """Browsers say where a request comes from, and send a cookie behind their reader's back.

    Not asked of what shows a token: no page of another site can make a browser do that without asking us first.
    """
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise Refused("cross_origin")
    origin = headers.get("origin")
    if origin is not None and origin.partition("://")[2] != headers.get("host"):
        raise Refused("cross_origin")


def _refuse_other_formats(method: str, headers: Headers, body: bytes) -> None:
    """JSON only: no form of another site can send it without asking us first."""
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json" and not (method == "DELETE" and not body and not media_type):
        raise Refused("json_only")


def _cache_control(path: str, status: int, headers: Headers) -> str:
    if path.startswith("/api"):
        return "private, no-cache" if "etag" in headers else "no-store"  # what bears a tag is to be asked for by it
    is_page = headers.get("content-type", "").startswith("text/html")
    if path.startswith("/assets/") and status in (200, 206, 304) and not is_page:
        return "public, max-age=31536000, immutable"
    return "no-cache"
