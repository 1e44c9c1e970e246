"""Make .venv with the Python that runs this, or say in one sentence what is missing. Needs no dependency."""

import subprocess
import sys

LEAST = (3, 11)


def main() -> None:
    """Make it."""
    if sys.version_info < LEAST:
        sys.exit(f"Hearth needs Python 3.11 or newer, and this is {sys.version.split()[0]}: make PYTHON=python3.11 …")
    try:
        import ensurepip  # noqa: F401, PLC0415 - Debian packs it apart, and venv is of no use without it
        import venv  # noqa: F401, PLC0415
    except ImportError:
        sys.exit(
            f"this Python cannot make environments: apt install python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        )
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", ".venv"], check=False)
    if made.returncode:
        sys.exit("the environment .venv could not be made: what stands above says why")


if __name__ == "__main__":
    main()
