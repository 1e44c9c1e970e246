"""The pages, as `make web` built them into `webroot/`."""

from pathlib import Path
from typing import Final

from fastapi import FastAPI
from fastapi.responses import HTMLResponse, RedirectResponse

WEBROOT: Final = Path(__file__).parent / "webroot"
FACES: Final = ("app", "door", "kiosk", "staff")

_NOT_BUILT: Final = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Hearth</title>
<h1>Hearth is running, but its pages are not built</h1>
<p>Run <code>make web</code> and start again. The API answers all the same, under <code>/api/v1</code>.</p></html>
"""


def serve(app: FastAPI, webroot: Path = WEBROOT) -> None:
    """Serve what is in `webroot`, after every door of the API. Without it `/app/` says what to do."""
    app.add_api_route("/", _to_the_members_face, include_in_schema=False)
    if not (webroot / "app" / "index.html").is_file():
        app.add_api_route("/app/", _say_not_built, include_in_schema=False, response_class=HTMLResponse)
        return
    # No fallback here: a page that asks for a script of an older build must not get HTML for it.
    app.frontend("/assets", directory=webroot / "assets", fallback=None)
    for face in FACES:
        if (webroot / face / "index.html").is_file():
            app.frontend(f"/{face}", directory=webroot / face, fallback="index.html")


def _to_the_members_face() -> RedirectResponse:
    return RedirectResponse("/app/")


def _say_not_built() -> str:
    return _NOT_BUILT
