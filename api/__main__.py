"""python -m api --centre DIR: the HTTP program of a centre."""

import argparse
import logging
import os
import sys
from pathlib import Path

from api import server
from api.app import create_app
from gateway.centre import CentreError, open_centre
from gateway.kit.memory import keep_for_good
from gateway.settings import SettingsError

_LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def main(arguments: list[str] | None = None) -> int:
    """Answer HTTP until told to stop. Returns the exit code: 0 stopped, 1 could not start (one sentence on stderr)."""
    asked = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format=_LOG_FORMAT)
    for chatty in ("uvicorn", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    try:
        centre = open_centre(asked.centre)
        _ = centre.pepper  # without it no PIN is ever right: better said now than at a kiosk
    except (SettingsError, CentreError) as error:
        return _say(str(error))
    host, port = centre.settings.http.host, centre.settings.http.port
    try:
        listener = server.listen(host, port)
    except OSError as error:
        return _say(f"cannot listen on {host}:{port}: {os.strerror(error.errno or 0)}; set http.port to another one")
    with listener:
        app = create_app(centre)
        keep_for_good()
        server.serve(app, listener, when_ready=lambda: _announce(host, port))
    centre.sessions.close()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m api", description="The HTTP program of a Hearth centre.")
    parser.add_argument(
        "--centre",
        type=Path,
        default=os.environ.get("HEARTH_CENTRE"),
        required="HEARTH_CENTRE" not in os.environ,
        help="the centre's directory, as made by `hearth init` (or HEARTH_CENTRE)",
    )
    return parser


def _announce(host: str, port: int) -> None:
    shown = f"[{host}]" if ":" in host else host
    sys.stdout.write(f"The API answers at http://{shown}:{port}/api/v1\n")
    sys.stdout.flush()


def _say(sentence: str) -> int:
    sys.stderr.write(f"{sentence}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
