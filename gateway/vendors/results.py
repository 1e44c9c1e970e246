"""What comes in and what is understood of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from gateway.vendors.metrics import Value

SAMPLE_BYTES = 512
"""How much of a message that could not be read is kept, so that somebody can look at it."""


class Unreadable(ValueError):
    """A message, or a part of it, does not have the shape its maker documents. The sentence says what was wrong."""


@dataclass(frozen=True)
class Message:
    """One MQTT message. `retained`: the broker kept it from earlier, so that nothing in it happened now."""

    topic: str
    payload: bytes
    retained: bool = False


class Kind(StrEnum):
    """What a message is about."""

    TELEMETRY = "telemetry"  # values of now
    EVENT = "event"  # something happened: button, card
    AVAILABILITY = "availability"  # there, gone or asleep
    DISCOVERY = "discovery"  # a device describes itself
    DEVICE_INFO = "device_info"  # firmware, address, uptime
    BRIDGE = "bridge"  # about the maker's gateway
    COMMAND_RESULT = "command_result"  # an answer to a command
    REMOVAL = "removal"  # the device, or its name, is gone
    IGNORE = "ignore"  # nothing to say; `reason`
    MALFORMED = "malformed"  # could not be read; `reason` and a sample


@dataclass(frozen=True)
class Reading:
    """One value in the words of `metrics`. `sensor`: which part of the device, where its maker names parts."""

    metric: str
    value: Value
    unit: str | None = None
    sensor: str | None = None


@dataclass(frozen=True)
class Result:
    """One thing understood. `device` is the maker's own name or id, None where the message names none.

    `at`: aware, and only if the message itself says when. `note`: what had to be taken for granted. `sample`: the first
    bytes of what could not be read. `own_topic` False: somebody else says it, a bridge or a root, on a topic of theirs.
    """

    kind: Kind
    device: str | None = None
    readings: tuple[Reading, ...] = ()
    at: datetime | None = None
    event: str | None = None
    available: bool | None = None
    asleep: bool = False
    info: Mapping[str, object] = field(default_factory=dict)
    reason: str | None = None
    note: str | None = None
    retained: bool = False
    sample: bytes | None = None
    own_topic: bool = True

    def as_object(self) -> dict[str, object]:
        """As JSON values; `kind`, `device` and `readings` always, the rest where there is something to say."""
        said: dict[str, object] = {"kind": self.kind.value, "device": self.device}
        said["readings"] = [_reading(reading) for reading in self.readings]
        if self.at is not None:
            said["ts"] = self.at.astimezone(UTC).isoformat().replace("+00:00", "Z")
        if self.available is not None:
            said["available"] = self.available
        if self.sample is not None:
            said["sample"] = self.sample.decode("utf-8", "replace")
        rest = {"event": self.event, "info": dict(self.info), "reason": self.reason, "note": self.note}
        flags = {"asleep": self.asleep, "retained": self.retained}
        return said | {name: value for name, value in (rest | flags).items() if value}


def _reading(reading: Reading) -> dict[str, object]:
    said: dict[str, object] = {"metric": reading.metric, "value": reading.value}
    if reading.unit is not None:
        said["unit"] = reading.unit
    if reading.sensor is not None:
        said["sensor"] = reading.sensor
    return said
