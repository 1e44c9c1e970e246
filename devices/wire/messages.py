"""What is said: every message of `unlock/1` and the plain state, as types that refuse what does not fit.

Signed messages travel in an `Envelope` (`aud` = the topic, so that none can be moved to another device) inside a JWS;
`State` is plain JSON. `docs/wire.md` is generated from this file.
"""

from enum import StrEnum
from typing import Annotated, Final, Literal

import msgspec

T_GW_S: Final = 8.0  # from the request, the gateway may sign
T_DEV_S: Final = 5.0  # from its challenge, the device may act
T_WATCH_S: Final = 3.0  # from the pulse, an opening edge counts as this command's
T_SHOWN_S: Final = 5.0  # from the reader, a card or a code says who stands at a kiosk

Hex128 = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$", description="128 random bits, hex")]
Hex256 = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$", description="SHA-256, hex")]
BootId = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{16}$", description="random, new at every start")]
DoorNo = Annotated[int, msgspec.Meta(ge=1, le=512, description="the device's own numbering, from 1")]
DoorName = Annotated[  # the same as a member's name, where JSON has only text
    str,
    msgspec.Meta(pattern="^([1-9][0-9]?|[1-4][0-9][0-9]|50[0-9]|51[0-2])$", description="a door's number, 1 to 512"),
]
Seq = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1, description="rises by one an event, survives restarts")]
StoreId = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{16}$", description="random, new with every empty store")]
MessageNo = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1, description="rises by one a message, within its store")]
SensorName = Annotated[
    str,
    msgspec.Meta(pattern="^[a-z0-9][a-z0-9-]{0,31}$", description="the device's own name for it: a-z, 0-9, hyphens"),
]
Millis = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1, description="milliseconds")]
PartName = Annotated[
    str, msgspec.Meta(min_length=1, max_length=31, pattern=r"^[^\x00-\x1f\x7f]*$", description="at most 31 characters")
]
Code = Annotated[
    str, msgspec.Meta(pattern="^[0-9A-Za-z_:.-]{4,128}$", description="4 to 128 figures, letters and `_:.-`")
]
Word = Annotated[str, msgspec.Meta(max_length=64, pattern=r"^[^\x00-\x1f\x7f]*$", description="plain text")]


class Level(StrEnum):
    """What the contact says of a door now. UNKNOWN is a word of its own: never read it as shut."""

    OPEN = "open"
    SHUT = "shut"
    UNKNOWN = "unknown"


class ActorClass(StrEnum):
    """What kind of hand asked. No member's identity ever leaves the gateway."""

    MEMBER = "member"
    STAFF = "staff"
    JOB = "job"


class EventKind(StrEnum):
    """What happened at a device."""

    BOOT = "boot"  # it started
    INTENT = "intent"  # it is about to pulse for `cmd_id`
    DONE = "done"  # it has pulsed for `cmd_id`
    INFERRED = "inferred"  # it restarted during `cmd_id` and finds the door open
    POSSIBLE = "possible"  # it restarted during `cmd_id` and finds the door shut
    DOOR_OPEN = "door_open"  # the contact saw the door open, for `cmd_id`
    DOOR_CLOSED = "door_closed"  # the contact saw the door shut
    EMPTY = "empty"  # it is shut, and for a while its beam has seen nothing inside
    OCCUPIED = "occupied"  # the same, and something stands in the beam; a door without a beam tells neither
    FORCED = "forced"  # the door is open and nobody asked
    REFUSED = "refused"  # an authentic `open` was not followed, for `reason`
    TAMPER = "tamper"  # the box was opened, or somebody keeps sending forgeries
    KEY_ON = "key_on"  # the cabinet's own second key, named by `reason`, is on; also at each start
    KEY_OFF = "key_off"  # it is off
    KEY_FAULT = "key_fault"  # its wires contradict each other: broken, or shorted
    EMERGENCY = "emergency"  # the door came open by the bank's own rule, because the second key `reason` is on


class Reason(StrEnum):
    """Why a device refused an authentic `open`."""

    NO_CHALLENGE = "no_challenge"  # used before, or made before a restart, or never made
    WRONG_DOOR = "wrong_door"  # the challenge was made for another door
    STALE = "stale"  # older than T_DEV when it came
    TOO_LATE = "too_late"  # older than T_DEV when the strike was about to be pulsed
    BUSY = "busy"  # another command's pulse is still being watched at this door
    RATE = "rate"  # the cabinet's openings a minute are used up
    NO_SUCH_DOOR = "no_such_door"
    STRIKE = "strike"  # the hardware said no


class SecondKey(StrEnum):
    """An input of the cabinet itself. While one is on, its openings a minute are not counted."""

    KEY_SWITCH = "key_switch"
    FIRE_CONTACT = "fire_contact"


class Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", kw_only=True):
    """The base of every signed message."""


class Prep(Message, frozen=True, kw_only=True, tag="prep"):
    """Gateway to device: make a challenge for this command. Asks for nothing to move."""

    cmd_id: Hex128
    door: DoorNo
    gw_boot: BootId


class Open(Message, frozen=True, kw_only=True, tag="open"):
    """Gateway to device: the one permission to pulse one door once."""

    cmd_id: Hex128
    door: DoorNo
    nonce: Hex128
    dev_boot: BootId
    pulse_ms: Annotated[int, msgspec.Meta(ge=50, le=1000)]
    max_age_ms: Annotated[int, msgspec.Meta(ge=1, le=5000)]
    actor_class: ActorClass


class Eack(Message, frozen=True, kw_only=True, tag="eack"):
    """Gateway to device: every event up to and with `seq` is committed here; forget them."""

    seq: Seq


class Sreq(Message, frozen=True, kw_only=True, tag="sreq"):
    """Gateway to device: say where you stand, quoting `q`, which is random and new each time."""

    q: Hex128


class Rack(Message, frozen=True, kw_only=True, tag="rack"):
    """Gateway to device: every message of readings of that `store` up to and with `seq` is kept here; forget them."""

    store: StoreId
    seq: MessageNo


class Give(Message, frozen=True, kw_only=True, tag="give"):
    """Gateway to device: say which card or code `id` is, quoting `q`, which is random and new each time."""

    id: Hex128
    q: Hex128


class Show(Message, frozen=True, kw_only=True, tag="show"):
    """Gateway to a lamp and a buzzer: whether somebody should come. Forgotten after `for_s`, unless said again."""

    alarm: bool
    beep: bool = False  # it is new: sound
    for_s: Annotated[int, msgspec.Meta(ge=1, le=600, description="seconds")]


class Chal(Message, frozen=True, kw_only=True, tag="chal"):
    """Device to gateway: the challenge made for `cmd_id`, good for `ttl_ms`."""

    cmd_id: Hex128
    door: DoorNo
    nonce: Hex128
    dev_boot: BootId
    ttl_ms: Millis
    level: Level
    firmware: Word


class Sync(Message, frozen=True, kw_only=True, tag="sync"):
    """Device to gateway: where it stands, in answer to `q`."""

    q: Hex128
    dev_boot: BootId
    last_seq: Seq
    oldest_seq: Seq  # of the events still kept; one above `last_seq` when there is none
    live: list[Hex128]  # commands whose challenge could still be used
    dangling: list[Hex128]  # commands whose pulse is still being watched, or was cut short
    doors: dict[DoorName, Level]


class Given(Message, frozen=True, kw_only=True, tag="given"):
    """Device to gateway: which card or code was presented `age_ms` ago. Said once, and within 5 s or never."""

    q: Hex128
    id: Hex128
    age_ms: Annotated[int, msgspec.Meta(ge=0, le=5000)]
    text: Code  # last: the sample that is kept of what cannot be taken ends before it


class Event(Message, frozen=True, kw_only=True, tag="evt"):
    """Device to gateway: something happened. Kept and sent again until `eack`."""

    seq: Seq
    dev_boot: BootId
    kind: EventKind
    mono_ms: Millis  # when, on the clock of that boot
    door: DoorNo | None = None
    cmd_id: Hex128 | None = None
    level_before: Level | None = None
    reason: Word | None = None  # of a pulse without `cmd_id`: the second key whose rule it was
    prev_hash: Hex256


class Credential(Message, frozen=True, kw_only=True, tag="credential"):
    """Device to gateway: a card or a code was presented. Which one it tells to a `give` that comes within 5 s.

    It has no number, is kept nowhere and never sent again: whoever hears it late asks for what is gone.
    """

    id: Hex128
    dev_boot: BootId


Command = Prep | Open | Eack | Sreq | Rack | Give | Show
Answer = Chal | Sync | Given


class Envelope(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is signed: the message, its version, and the topic it may travel on."""

    v: Literal[1] = 1
    aud: str


class CommandEnvelope(Envelope, frozen=True, kw_only=True):
    """On `cmd`."""

    msg: Command


class AnswerEnvelope(Envelope, frozen=True, kw_only=True):
    """On `chal`."""

    msg: Answer


class EventEnvelope(Envelope, frozen=True, kw_only=True):
    """On `evt`: `age_ms` is how long ago it happened, when that is known (same boot)."""

    msg: Event | Credential
    age_ms: Millis | None = None


class Health(StrEnum):
    """Whether a part of a device works."""

    OK = "ok"
    LOST = "lost"  # it does not answer


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A lock board of a device, by a name that its technician knows, and the doors that hang on it; or a reader."""

    name: PartName
    health: Health
    doors: Annotated[
        list[tuple[DoorNo, DoorNo]],
        msgspec.Meta(max_length=64, description="runs of doors, each from its first to its last; a reader has none"),
    ]


class State(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Plain and retained on `state`; with `online` false also the device's will.

    A fact for people (is the bank there?), never for opening: it is not signed. `key` introduces a device that the
    gateway does not know; it is pinned only by a person's approval. A member a reader does not know is passed over,
    so that newer firmware can say more.
    """

    v: Literal[1] = 1
    online: bool
    boot_id: BootId
    kind: Word = ""
    firmware: Word = ""
    key: Annotated[str, msgspec.Meta(max_length=64)] = ""
    doors: dict[DoorName, Level] = {}
    parts: Annotated[list[Part], msgspec.Meta(max_length=64)] = []
    supply_v: float | None = None


class Measurement(msgspec.Struct, frozen=True, kw_only=True):
    """What one sensor says of one metric, in the metric's own unit (`devices/wire/metrics.py`)."""

    sensor: SensorName
    metric: Word
    value: float | bool | None  # null: the device says that it does not know


class Readings(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Plain on `reading`: what was measured at one moment. Sent again, oldest first, until `rack`.

    With `can_wait` it asks for no `rack`: a later one will, which counts for this one too. `seq` rises by one a message
    and survives restarts with the store it is kept in; `oldest` is the lowest that is still there. When it was taken:
    `age_ms` ago where the device knows that, else `taken_ms` by its own calendar clock, else nobody can tell. A member
    a reader does not know is passed over, so that newer firmware can say more.
    """

    v: Literal[1] = 1
    store: StoreId
    seq: MessageNo
    oldest: MessageNo
    age_ms: Millis | None = None
    taken_ms: Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1, description="milliseconds since 1970, UTC")] | None = None
    hurry: bool = False  # somebody, or everything that the device still has, waits until it has been heard
    can_wait: bool = False  # for its `rack`, until a later message asks for it
    readings: Annotated[list[Measurement], msgspec.Meta(min_length=1, max_length=64)]
