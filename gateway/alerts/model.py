"""Tables of alerts and the moves an alert may make."""

from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from gateway.channels.model import Severity
from gateway.kit.db import Base, Instant, word_column


class AlertState(StrEnum):
    """Who looks after an alert."""

    OPEN = "OPEN"  # nobody yet
    ACKNOWLEDGED = "ACKNOWLEDGED"  # somebody has taken it up
    SHELVED = "SHELVED"  # put aside until a time
    CLEARED = "CLEARED"  # over: by a person, or because it is no longer so


# To which states a person may move an alert, and from which.
MOVES: Final = MappingProxyType(
    {
        AlertState.ACKNOWLEDGED: frozenset({AlertState.OPEN, AlertState.SHELVED}),
        AlertState.SHELVED: frozenset({AlertState.OPEN, AlertState.ACKNOWLEDGED, AlertState.SHELVED}),
        AlertState.CLEARED: frozenset({AlertState.OPEN, AlertState.ACKNOWLEDGED, AlertState.SHELVED}),
    }
)


class Alert(Base):
    """Something that is so of one thing, or has happened to it, however often: repeats are counted, not listed."""

    __tablename__ = "alerts"
    __table_args__ = (
        # One alert a kind and thing that is not cleared: held by the database.
        Index(
            "uq_alerts_standing",
            "kind",
            "thing",
            unique=True,
            sqlite_where=text("cleared_at IS NULL"),
            postgresql_where=text("cleared_at IS NULL"),
        ),
        Index("ix_alerts_raised", "raised_at", "id"),
        Index("ix_alerts_thing", "thing", "kind", "cleared_at"),
        CheckConstraint("(state = 'CLEARED') = (cleared_at IS NOT NULL)", name="cleared"),
        CheckConstraint("(state = 'SHELVED') = (shelved_until IS NOT NULL)", name="shelved"),
        CheckConstraint("count >= 1", name="count"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[str] = mapped_column(String(48))  # a name in `kinds.KINDS`
    thing: Mapped[str] = mapped_column(String(64))  # the id of a lock, a device … or another fixed name
    severity: Mapped[Severity] = mapped_column(word_column(Severity))
    state: Mapped[AlertState] = mapped_column(word_column(AlertState))
    count: Mapped[int]  # how often it has become so, or has happened
    facts: Mapped[str] = mapped_column(Text)  # JSON, sorted keys: the newest; they fill the gaps of its sentence
    since_at: Mapped[datetime] = mapped_column(Instant)  # since when it was so, the first time
    raised_at: Mapped[datetime] = mapped_column(Instant)  # when we knew
    last_at: Mapped[datetime] = mapped_column(Instant)  # when it was so again
    over_at: Mapped[datetime | None] = mapped_column(Instant)  # since when it is not so; a happening is over at once
    waiting_since: Mapped[datetime] = mapped_column(Instant)  # since when nobody has taken it up
    escalated_at: Mapped[datetime | None] = mapped_column(Instant)
    acknowledged_at: Mapped[datetime | None] = mapped_column(Instant)
    acknowledged_by_id: Mapped[str | None] = mapped_column(ForeignKey("members.id"))
    shelved_until: Mapped[datetime | None] = mapped_column(Instant)
    cleared_at: Mapped[datetime | None] = mapped_column(Instant)
    cleared_by_id: Mapped[str | None] = mapped_column(ForeignKey("members.id"))  # None: it was no longer so


class AlertLink(Base):
    """What an alert is about besides its thing: the bank, the rental, the booking … Found by either end."""

    __tablename__ = "alert_links"

    alert_id: Mapped[str] = mapped_column(ForeignKey("alerts.id"), primary_key=True)
    what: Mapped[str] = mapped_column(String(16), primary_key=True)  # bank, lock, device, rental, booking, zone …
    ref: Mapped[str] = mapped_column(String(64), primary_key=True, index=True)


class Layer(StrEnum):
    """For what a rule was set; the later one goes before."""

    CENTRE = "centre"
    ZONE = "zone"
    THING = "thing"  # a sensor, a device or a door: what the alert is about


class Where(NamedTuple):
    """Where a rule holds. `scope`: the zone's id, or the thing; of the whole centre empty."""

    layer: Layer
    scope: str


WHOLE_CENTRE: Final = Where(Layer.CENTRE, "")


class OwnKind(Base):
    """A kind of alert that a centre has made: it is there while there is a rule of it. See `kinds.Measure`."""

    __tablename__ = "alert_kinds"

    kind: Mapped[str] = mapped_column(String(48), primary_key=True)  # begins with `kinds.OWN`
    metric: Mapped[str] = mapped_column(String(32))
    falls: Mapped[bool]
    name_zh: Mapped[str] = mapped_column(String(64))
    name_en: Mapped[str] = mapped_column(String(64))


class AlertRule(Base):
    """A rule that a centre has set, in place of the house's: all that it may have otherwise. See `kinds.Terms`."""

    __tablename__ = "alert_rules"
    __table_args__ = (
        CheckConstraint("(layer = 'centre') = (scope = '')", name="scope"),
        CheckConstraint("hold_s >= 0", name="hold"),
        CheckConstraint("escalate_after_s > 0", name="escalation"),
        CheckConstraint("(quiet_from_min IS NULL) = (quiet_until_min IS NULL)", name="quiet"),
        CheckConstraint("keeps_quiet OR quiet_from_min IS NULL", name="hours"),
    )

    kind: Mapped[str] = mapped_column(String(48), primary_key=True)  # a name in `kinds.KINDS`, or of an `OwnKind`
    layer: Mapped[Layer] = mapped_column(word_column(Layer), primary_key=True)
    scope: Mapped[str] = mapped_column(String(64), primary_key=True)  # of `Where`
    is_on: Mapped[bool]
    severity: Mapped[Severity] = mapped_column(word_column(Severity))
    raise_at: Mapped[float]
    clear_at: Mapped[float]
    hold_s: Mapped[int]
    escalate_after_s: Mapped[int | None]  # None: never
    keeps_quiet: Mapped[bool]
    quiet_from_min: Mapped[int | None]  # minutes of the centre's day; None: the house's quiet hours
    quiet_until_min: Mapped[int | None]
    set_at: Mapped[datetime] = mapped_column(Instant)

    @property
    def where(self) -> Where:
        """Where it holds."""
        return Where(self.layer, self.scope)
