"""Every family by the name it has in a node's configuration."""

from collections.abc import Callable, Mapping
from typing import Final

from devices.boards.cu16 import Cu16
from devices.boards.cu48 import Cu48
from devices.boards.eight_a import EightA
from devices.boards.frames import Family, FrameError
from devices.boards.waveshare import Waveshare
from devices.boards.winnsen import Winnsen
from devices.boards.wkly import Wkly

FAMILIES: Final[Mapping[str, Callable[..., Family]]] = {
    "cu48": Cu48,
    "cu16": Cu16,
    "8a": EightA,
    "wkly": Wkly,
    "winnsen": Winnsen,
    "waveshare": Waveshare,
}


def family(name: str, ways: int | None = None) -> Family:
    """A family by name; `ways` None: as many channels as its boards usually have. Raises FrameError."""
    if name not in FAMILIES:
        raise FrameError(f"expected one of {', '.join(FAMILIES)}, found {name!r}")
    return FAMILIES[name]() if ways is None else FAMILIES[name](ways)
