"""A running pretended node is asked to have lived through a day: a file beside its own says so, with the time zone."""

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from devices.runtime.config import ConfigError

_NAME: Final = "day-wanted"
LOOKS_EVERY_S: Final = 0.5
_PATIENCE_S: Final = 10.0


def ask(configs: Iterable[Path], zone: ZoneInfo, *, pause: Callable[[float], None] = time.sleep) -> None:
    """Ask the node of each of these files, and wait until it has heard. Raises ConfigError where none runs."""
    for config in configs:
        file = config.with_name(_NAME)
        file.write_text(zone.key, encoding="utf-8")
        for _ in range(round(_PATIENCE_S / LOOKS_EVERY_S)):
            if not file.exists():
                break
            pause(LOOKS_EVERY_S)
        else:
            file.unlink(missing_ok=True)
            raise ConfigError(f"{config}: no pretended node runs here that could be asked; start it with --day instead")


def taken(config: Path) -> ZoneInfo | None:
    """In whose time zone a day is wanted of the node of that file, told once; None: none is."""
    file = config.with_name(_NAME)
    try:
        zone = file.read_text(encoding="utf-8")
        file.unlink()
        return ZoneInfo(zone)
    except (FileNotFoundError, ValueError, KeyError):
        return None
