"""The one error that unreadable bytes become."""

from enum import StrEnum


class Fault(StrEnum):
    """Why a message was not taken. Stable: dead letters are counted by it."""

    TOPIC = "topic"  # not one of ours
    TOO_LONG = "too_long"  # over MAX_BYTES
    SIGNATURE = "signature"  # not signed, by somebody else, or with another algorithm or type
    AUDIENCE = "audience"  # signed for another topic
    MALFORMED = "malformed"  # signed, but not a message of this channel and version
    RETAINED = "retained"  # the broker kept it; whatever it asks, it asked long ago
    IMPLAUSIBLE = "implausible"  # a reading that no working sensor can give, or of a metric that is none of ours
    LATE = "late"  # which card it was, and nobody had asked, or five seconds were over
    UNBOUND = "unbound"  # a card was presented to a reader that stands at no kiosk
    STRANGER = "stranger"  # from a device that is not approved


class WireError(ValueError):
    """Bytes that are no message of ours. `fault` says which rule they broke, `detail` how."""

    def __init__(self, fault: Fault, detail: str = "") -> None:
        super().__init__(f"{fault}: {detail}" if detail else str(fault))
        self.fault = fault
        self.detail = detail
