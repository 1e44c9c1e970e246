"""The pages, as `make web` built them into `webroot/`."""

from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Final

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.convertors import StringConvertor, register_url_convertor
from starlette.routing import Route

from api.member.session import SIGN

WEBROOT: Final = Path(__file__).parent / "webroot"
FACES: Final = ("app", "door", "kiosk", "staff")

HOME_ASKS: Final = (
    "session",
    "rentals",
    "banks",
    "bookings",
    "waitlist",
    "ballots?limit=200",
    "notices",
    "activities?limit=200",
)
"""What the member's face asks as soon as it runs (`recall` and `look`), word for word.

It goes out in the phone's own language, which the page may not speak; home is looked at anew once its stream is open.
"""
_AHEAD: Final = "".join(f'<link rel="preload" as="fetch" crossorigin href="/api/v1/{each}" />' for each in HOME_ASKS)

_NOT_BUILT: Final = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Hearth</title>
<h1>Hearth is running, but its pages are not built</h1>
<p>Run <code>make web</code> and start again. The API answers all the same, under <code>/api/v1</code>.</p></html>
"""


class _PageName(StringConvertor):
    """Of a page, where a file has an ending."""

    regex = "[^.]*"


register_url_convertor("page", _PageName())


def serve(app: FastAPI, *, zone: str, webroot: Path = WEBROOT) -> None:
    """Serve what is in `webroot`, after every door of the API. Without it `/app/` says what to do.

    `zone`: the centre's, in IANA's words: a page shows times by it, whatever zone the phone is set to.
    """
    app.add_api_route("/", _to_the_members_face, include_in_schema=False)
    if not (webroot / "app" / "index.html").is_file():
        app.add_api_route("/app/", _say_not_built, include_in_schema=False, response_class=HTMLResponse)
        return
    # No fallback here: a page that asks for a script of an older build must not get HTML for it.
    app.frontend("/assets", directory=webroot / "assets", fallback=None)
    for face in FACES:
        page = webroot / face / "index.html"
        if page.is_file():
            app.router.routes.append(Route(f"/{face}/{{name:page}}", partial(_show, page=page, zone=zone)))
            app.frontend(f"/{face}", directory=webroot / face, fallback=None)


def _show(request: Request, *, page: Path, zone: str) -> Response:
    """Every page inside a face is the face.

    A member's phone that is signed in sends for what home asks beside the scripts, a round trip before they could ask.
    """
    text = page.read_text(encoding="utf-8").replace("<html ", f'<html data-zone="{zone}" ', 1)
    if page.parent.name == "app" and SIGN in request.cookies:
        text = text.replace("</head>", f"{_AHEAD}</head>", 1)
    headers = {"ETag": f'"{sha256(text.encode()).hexdigest()[:32]}"'}
    if request.headers.get("If-None-Match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return HTMLResponse(text, headers=headers)


def _to_the_members_face() -> RedirectResponse:
    return RedirectResponse("/app/")


def _say_not_built() -> str:
    return _NOT_BUILT
