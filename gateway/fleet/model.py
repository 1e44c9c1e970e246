"""Tables of devices and their locks."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from gateway.kit.db import Base, Instant, word_column


class DeviceState(StrEnum):
    """Whether we listen to a device. A person moves it, never the device."""

    PENDING = "PENDING"  # it introduced itself; nobody has vouched for it
    APPROVED = "APPROVED"
    SUSPENDED = "SUSPENDED"  # its log went back, or staff said so: nothing opens there
    RETIRED = "RETIRED"


class Presence(StrEnum):
    """Whether a device is there."""

    ONLINE = "online"
    OFFLINE = "offline"
    UNKNOWN = "unknown"  # we cannot hear anybody just now


class DoorLevel(StrEnum):
    """What the contact last said of a door."""

    OPEN = "open"
    SHUT = "shut"
    UNKNOWN = "unknown"


class Inside(StrEnum):
    """What the beam across a compartment last proved, behind a door that was sensed shut."""

    EMPTY = "empty"
    OCCUPIED = "occupied"
    UNKNOWN = "unknown"  # it has no beam, or was opened since, or its device has started again


class SecondKey(StrEnum):
    """How a key switch or a fire contact stands, by its device's signed word."""

    NONE = "none"  # its device has told of none since its last start
    OFF = "off"
    ON = "on"
    FAULT = "fault"  # its wires contradict each other


class Button(StrEnum):
    """What it means when a button of an off-the-shelf device is pressed. Nothing that opens, whatever it is."""

    NOTHING = "nothing"
    CALL_STAFF = "call_staff"  # somebody shall come


class Device(Base):
    """A box on the wire, by the name it has on its topics."""

    __tablename__ = "devices"
    __table_args__ = (
        Index(
            "uq_devices_maker_name",
            "maker",
            "maker_name",
            unique=True,
            sqlite_where=text("maker <> ''"),
            postgresql_where=text("maker <> ''"),
        ),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[str] = mapped_column(String(64))
    state: Mapped[DeviceState] = mapped_column(word_column(DeviceState))
    reason: Mapped[str] = mapped_column(String(64), default="")  # why it is suspended
    public_key: Mapped[str] = mapped_column(String(64))  # pinned at approval
    fingerprint: Mapped[str] = mapped_column(String(32))
    doors: Mapped[int] = mapped_column(default=0)  # the highest number that it says it has
    firmware: Mapped[str] = mapped_column(String(64), default="")
    maker: Mapped[str] = mapped_column(String(16), default="", server_default=text("''"))  # empty: it runs our firmware
    maker_name: Mapped[str] = mapped_column(String(128), default="", server_default=text("''"))  # in its topics
    hardware_id: Mapped[str] = mapped_column(String(64), default="", server_default=text("''"))  # survives a renaming
    button: Mapped[Button] = mapped_column(word_column(Button), default=Button.NOTHING, server_default=Button.NOTHING)
    shows_alarms: Mapped[bool] = mapped_column(default=False, server_default=false())  # on its lamp and buzzer
    usual_s: Mapped[int] = mapped_column(default=0, server_default="0")  # learnt: so often it speaks; 0: at no rhythm
    presence: Mapped[Presence] = mapped_column(word_column(Presence), default=Presence.UNKNOWN)
    presence_at: Mapped[datetime | None] = mapped_column(Instant)  # since when
    boot_id: Mapped[str] = mapped_column(String(16), default="")
    heard_at: Mapped[datetime] = mapped_column(Instant)
    first_seen_at: Mapped[datetime] = mapped_column(Instant)
    approved_at: Mapped[datetime | None] = mapped_column(Instant)
    log_no: Mapped[int] = mapped_column(
        default=1
    )  # rises when a wiped device is approved again: its numbers start anew
    last_seq: Mapped[int | None] = mapped_column(BigInteger)  # newest event stored; None: none yet
    last_hash: Mapped[str] = mapped_column(String(64), default="")
    key_switch: Mapped[SecondKey] = mapped_column(
        word_column(SecondKey, check="key_switch"), default=SecondKey.NONE, server_default=SecondKey.NONE
    )
    fire_contact: Mapped[SecondKey] = mapped_column(
        word_column(SecondKey, check="fire_contact"), default=SecondKey.NONE, server_default=SecondKey.NONE
    )


class PartHealth(StrEnum):
    """Whether a part of a device works."""

    OK = "ok"
    LOST = "lost"  # it does not answer


class DevicePart(Base):
    """A lock board of a device, as the device says: not signed, so good for telling people and nothing more."""

    __tablename__ = "device_parts"

    device_id: Mapped[str] = mapped_column(ForeignKey("devices.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(31), primary_key=True)
    health: Mapped[PartHealth] = mapped_column(word_column(PartHealth))
    health_at: Mapped[datetime] = mapped_column(Instant)  # since when
    doors: Mapped[str] = mapped_column(Text)  # in runs, as JSON: [[first, last], …]


class Lock(Base):
    """Anything that a signed command opens: one door of one device."""

    __tablename__ = "locks"
    __table_args__ = (UniqueConstraint("device_id", "door"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    device_id: Mapped[str] = mapped_column(ForeignKey("devices.id"))
    door: Mapped[int]  # the device's own numbering, from 1
    level: Mapped[DoorLevel] = mapped_column(word_column(DoorLevel), default=DoorLevel.UNKNOWN)
    level_at: Mapped[datetime | None] = mapped_column(Instant)
    open_since: Mapped[datetime | None] = mapped_column(Instant)  # kept while nobody can tell; None once it is shut
    inside: Mapped[Inside] = mapped_column(
        word_column(Inside), default=Inside.UNKNOWN, server_default=Inside.UNKNOWN
    )  # good for nothing while the door is not sensed shut
    inside_at: Mapped[datetime | None] = mapped_column(Instant)  # when it was proved


class DeviceEvent(Base):
    """What a device reported, once, in its own order."""

    __tablename__ = "device_events"

    device_id: Mapped[str] = mapped_column(ForeignKey("devices.id"), primary_key=True)
    log_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    hash: Mapped[str] = mapped_column(String(64))
    boot_id: Mapped[str] = mapped_column(String(16))
    kind: Mapped[str] = mapped_column(String(16))
    door: Mapped[int | None]
    cmd_id: Mapped[str | None] = mapped_column(String(32), index=True)
    level_before: Mapped[str | None] = mapped_column(String(8))
    reason: Mapped[str | None] = mapped_column(String(64))
    mono_ms: Mapped[int] = mapped_column(BigInteger)  # 25 days fill 32 bits
    observed_at: Mapped[datetime | None] = mapped_column(Instant)  # None: before its last restart
    received_at: Mapped[datetime] = mapped_column(Instant)


class DeadLetter(Base):
    """Messages that were not taken, counted by who and why, with the newest as a sample."""

    __tablename__ = "dead_letters"

    device: Mapped[str] = mapped_column(String(64), primary_key=True)  # as the topic says; anybody can write that
    channel: Mapped[str] = mapped_column(String(16), primary_key=True)
    fault: Mapped[str] = mapped_column(String(16), primary_key=True)
    count: Mapped[int]
    first_at: Mapped[datetime] = mapped_column(Instant)
    last_at: Mapped[datetime] = mapped_column(Instant)
    detail: Mapped[str] = mapped_column(String(200))
    sample: Mapped[str] = mapped_column(Text)  # at most 256 bytes of it, hex
