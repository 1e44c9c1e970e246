"""Where messages travel: `hearth/1/{site}/{device}/{channel}`."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from devices.wire.errors import Fault, WireError

ROOT = "hearth/1"
GATEWAY = "gateway"  # stands where a device's name stands, for what the gateway and the API say
MAX_BYTES = 4096  # one message; the broker enforces it too

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?")


class Channel(StrEnum):
    """The level after the device's name: who says what there stands in `docs/wire.md`."""

    CMD = "cmd"
    CHAL = "chal"
    EVT = "evt"
    STATE = "state"
    READING = "reading"
    LIVE = "live"  # with one more level: what changed
    SHOWN = "shown"  # with more levels: what Home Assistant is shown
    WAKE = "wake"


_CHANNELS: Final = {str(channel): channel for channel in Channel}
_WITH_MORE: Final = {Channel.LIVE, Channel.SHOWN}


@dataclass(frozen=True)
class Address:
    """A topic, taken apart. `rest` is what stands below a `live` or `shown`, else empty."""

    site: str
    device: str
    channel: Channel
    rest: str = ""

    def __str__(self) -> str:
        return "/".join([ROOT, self.site, self.device, self.channel, *filter(None, [self.rest])])


def is_name(text: str) -> bool:
    """Whether `text` can name a site or a device: 1 to 32 of a-z, 0-9 and inner hyphens."""
    return _NAME.fullmatch(text) is not None


def parse(topic: str) -> Address:
    """Take a topic apart. Raises WireError(Fault.TOPIC) for anything that is not ours."""
    root, version, site, device, channel, rest = (*topic.split("/", 5), *[""] * 6)[:6]
    if f"{root}/{version}" != ROOT or not (is_name(site) and is_name(device)):
        raise WireError(Fault.TOPIC, f"not under {ROOT}/site/device")
    known = _CHANNELS.get(channel)
    if known is None or (rest and known not in _WITH_MORE):
        raise WireError(Fault.TOPIC, "no such channel")
    return Address(site, device, known, rest)
