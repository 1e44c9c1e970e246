"""Write requirements/*.lock anew: every dependency by version and hash, and no address of any registry.

uv resolves for every platform at once; it lives in an environment that is thrown away: Hearth does not depend on it.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

LOCKS = {
    "dev": ["dev"],
    "run": ["device", "gateway", "postgres"],  # what a real centre installs
}
OPTIONS = [
    "--universal",
    "--python-version=3.11",
    "--generate-hashes",
    "--no-header",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--no-annotate",
    "--quiet",
    "--upgrade",
]


def main() -> None:
    """Resolve both locks."""
    with tempfile.TemporaryDirectory() as throwaway:
        subprocess.run([sys.executable, "-m", "venv", throwaway], check=True)
        programs = Path(throwaway) / "bin"
        subprocess.run([programs / "pip", "install", "--quiet", "--disable-pip-version-check", "uv"], check=True)
        for name, extras in LOCKS.items():
            lock = Path("requirements") / f"{name}.lock"
            asked = [f"--extra={extra}" for extra in extras]
            command: list[str | Path] = [
                programs / "uv",
                "pip",
                "compile",
                "pyproject.toml",
                *asked,
                *OPTIONS,
                "-o",
                lock,
            ]
            subprocess.run(command, check=True)
            if "://" in lock.read_text():
                sys.exit(f"{lock} names an address: take it out of pyproject.toml or the command")
            print(f"{lock} written")


if __name__ == "__main__":
    main()
