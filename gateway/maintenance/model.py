"""Tables of assets, of plans to look after them, and of work orders with what was done and photographed."""

from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from gateway.kit.db import Base, Instant, word_column


class AssetKind(StrEnum):
    """What wears out."""

    COMPARTMENT_DOOR = "compartment_door"  # with its lock and its contact
    ROOM_DOOR = "room_door"
    SPACE = "space"  # the room itself: floor, walls, lamps
    DEVICE = "device"  # a box on the wire
    AREA = "area"  # what belongs to a zone and to nothing smaller
    KIOSK = "kiosk"
    MACHINE = "machine"
    FAN = "fan"
    OTHER = "other"


class Counter(StrEnum):
    """In what use is counted, from what is recorded already."""

    CYCLES = "cycles"  # pulses of its strike
    SLAMS = "slams"  # how often its door was sensed shut
    HOURS_BOOKED = "hours_booked"  # of its space
    HOURS_USED = "hours_used"  # of its space: booked, and somebody checked in
    PEOPLE = "people"  # who came to its space with a booking
    HOURS_RUN = "hours_run"  # of a machine, by the power that it draws


class Asset(Base):
    """Something that wears out, alone or as part of a lock, space, device or zone. Counting begins at `new_since`.

    What has no name of its own is called after the thing that it is, which is then linked.
    """

    __tablename__ = "assets"
    __table_args__ = (
        CheckConstraint("rated_life >= 1", name="rated_life"),
        CheckConstraint("(rated_life IS NULL) = (rated_by IS NULL)", name="rated"),
        # A lock, a space, a device or a zone is one asset, whoever takes it up first: held by the database.
        *(
            Index(
                f"uq_assets_{what}",
                f"{what}_id",
                unique=True,
                sqlite_where=text(is_it),
                postgresql_where=text(is_it),
            )
            for what, is_it in (
                ("lock", "kind IN ('compartment_door', 'room_door')"),
                ("space", "kind = 'space'"),
                ("device", "kind IN ('device', 'kiosk')"),
                ("zone", "kind = 'area'"),
            )
        ),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[AssetKind] = mapped_column(word_column(AssetKind))
    name_zh: Mapped[str] = mapped_column(String(64), default="")
    name_en: Mapped[str] = mapped_column(String(64), default="")
    lock_id: Mapped[str | None] = mapped_column(ForeignKey("locks.id"))
    space_id: Mapped[str | None] = mapped_column(ForeignKey("spaces.id"))
    device_id: Mapped[str | None] = mapped_column(ForeignKey("devices.id"))
    zone_id: Mapped[str | None] = mapped_column(ForeignKey("zones.id"))
    rated_life: Mapped[int | None]  # so much use it is made for, in `rated_by`
    rated_by: Mapped[Counter | None] = mapped_column(word_column(Counter))
    since_at: Mapped[datetime] = mapped_column(Instant)  # when it, or the first one in its place, was put in
    replaced_at: Mapped[datetime | None] = mapped_column(Instant)  # the last time; None: it is the first one still
    retired_at: Mapped[datetime | None] = mapped_column(Instant)

    @property
    def new_since(self) -> datetime:
        """When what is there now was put in."""
        return self.replaced_at or self.since_at


class PowerSensor(Base):
    """What tells whether a machine runs: a sensor that measures power, and from how many watts on it does."""

    __tablename__ = "power_sensors"
    __table_args__ = (CheckConstraint("runs_from_w >= 1", name="runs_from_w"),)

    asset_id: Mapped[str] = mapped_column(ForeignKey("assets.id"), primary_key=True)
    device: Mapped[str] = mapped_column(String(32))  # as readings name both
    sensor: Mapped[str] = mapped_column(String(32))
    runs_from_w: Mapped[int]
    since_at: Mapped[datetime] = mapped_column(Instant)  # from then on it is counted


class HourRun(Base):
    """An hour of which something is known about whether a machine ran. Readings do not last as long as machines."""

    __tablename__ = "hours_run"
    __table_args__ = (
        CheckConstraint("ran_s BETWEEN 0 AND known_s", name="ran_s"),
        CheckConstraint("known_s BETWEEN 1 AND 3600", name="known_s"),
    )

    asset_id: Mapped[str] = mapped_column(ForeignKey("assets.id"), primary_key=True)
    hour_at: Mapped[datetime] = mapped_column(Instant, primary_key=True)  # its beginning
    ran_s: Mapped[int]
    known_s: Mapped[int]


class Plan(Base):
    """Something to do to an asset, or to each of a kind, again and again: by time, by use, or whichever comes first."""

    __tablename__ = "maintenance_plans"
    __table_args__ = (
        CheckConstraint("(asset_id IS NULL) <> (asset_kind IS NULL)", name="of_what"),
        CheckConstraint("every_days >= 1", name="every_days"),
        CheckConstraint("every_uses >= 1", name="every_uses"),
        CheckConstraint("(every_uses IS NULL) = (counted_in IS NULL)", name="counted"),
        CheckConstraint("every_days IS NOT NULL OR every_uses IS NOT NULL", name="comes_round"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    asset_id: Mapped[str | None] = mapped_column(ForeignKey("assets.id"), index=True)
    asset_kind: Mapped[AssetKind | None] = mapped_column(word_column(AssetKind))
    name_zh: Mapped[str] = mapped_column(String(64))
    name_en: Mapped[str] = mapped_column(String(64))
    every_days: Mapped[int | None]
    every_uses: Mapped[int | None]
    counted_in: Mapped[Counter | None] = mapped_column(word_column(Counter))
    blocks_when_due: Mapped[bool]  # at 100 % nobody books it until it is done
    made_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class OrderKind(StrEnum):
    """What a work order is about."""

    REPAIR = "repair"  # it has failed: these, and no others, count as failures
    SERVICE = "service"  # before it fails
    INSPECTION = "inspection"  # look whether there is anything to do


class OrderState(StrEnum):
    """Where a work order stands."""

    OPEN = "OPEN"  # nobody's yet
    ASSIGNED = "ASSIGNED"  # somebody's work
    WAITING = "WAITING"  # for a part or for somebody else
    DONE = "DONE"
    CANCELLED = "CANCELLED"  # there was nothing to do, or it is done under another one


STANDING: Final = (OrderState.OPEN, OrderState.ASSIGNED, OrderState.WAITING)

# To which states an order may move, and from which.
MOVES: Final = MappingProxyType(
    {
        OrderState.ASSIGNED: frozenset(STANDING),
        OrderState.WAITING: frozenset(STANDING),
        OrderState.DONE: frozenset(STANDING),
        OrderState.CANCELLED: frozenset(STANDING),
    }
)


class OpenedBy(StrEnum):
    """Where a work order comes from."""

    HAND = "hand"
    ALERT = "alert"
    REPORT = "report"  # a member said that it is broken
    PLAN = "plan"
    PREDICTION = "prediction"


class Priority(StrEnum):
    """How much a work order presses."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class WorkOrder(Base):
    """Work on one asset. What was done, by whom and with what, stands in its steps and parts."""

    __tablename__ = "work_orders"
    __table_args__ = (
        # One that stands for each plan and asset, each prediction, alert and report: held by the database.
        *(
            Index(
                name,
                *columns,
                unique=True,
                sqlite_where=text(f"closed_at IS NULL AND {which}"),
                postgresql_where=text(f"closed_at IS NULL AND {which}"),
            )
            for name, columns, which in (
                ("uq_work_orders_plan", ("plan_id", "asset_id"), "plan_id IS NOT NULL"),
                ("uq_work_orders_prediction", ("asset_id",), "opened_by = 'prediction'"),
                ("uq_work_orders_alert", ("alert_id",), "alert_id IS NOT NULL"),
                ("uq_work_orders_report", ("report_id",), "report_id IS NOT NULL"),
            )
        ),
        Index("ix_work_orders_opened", "opened_at", "id"),
        Index("ix_work_orders_asset", "asset_id", "opened_at"),
        CheckConstraint("(state IN ('DONE', 'CANCELLED')) = (closed_at IS NOT NULL)", name="closed"),
        CheckConstraint("minutes >= 0", name="minutes"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    asset_id: Mapped[str] = mapped_column(ForeignKey("assets.id"))
    kind: Mapped[OrderKind] = mapped_column(word_column(OrderKind))
    state: Mapped[OrderState] = mapped_column(word_column(OrderState))
    priority: Mapped[Priority] = mapped_column(word_column(Priority))
    reason: Mapped[str] = mapped_column(Text)  # JSON, a sentence by language
    opened_by: Mapped[OpenedBy] = mapped_column(word_column(OpenedBy))
    opened_by_id: Mapped[str | None] = mapped_column(ForeignKey("members.id"))  # None: nobody's hand did
    plan_id: Mapped[str | None] = mapped_column(ForeignKey("maintenance_plans.id"))
    alert_id: Mapped[str | None] = mapped_column(ForeignKey("alerts.id"))
    report_id: Mapped[str | None] = mapped_column(String(32))
    blocks: Mapped[bool]  # while it stands nobody new gets the thing
    due_at: Mapped[datetime | None] = mapped_column(Instant)  # by when, or since when it is due
    assigned_to_id: Mapped[str | None] = mapped_column(ForeignKey("members.id"), index=True)
    minutes: Mapped[int] = mapped_column(default=0)  # spent on it
    opened_at: Mapped[datetime] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)


class OrderStep(Base):
    """Something that somebody did or noted about a work order, in order."""

    __tablename__ = "work_order_steps"

    order_id: Mapped[str] = mapped_column(ForeignKey("work_orders.id"), primary_key=True)
    no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # from 1
    at: Mapped[datetime] = mapped_column(Instant)
    by_id: Mapped[str | None] = mapped_column(ForeignKey("members.id"))  # None: the house itself
    what: Mapped[str] = mapped_column(String(16))  # opened, assigned, waiting, noted, blocks, frees, done …
    note: Mapped[str] = mapped_column(String(500), default="")
    minutes: Mapped[int] = mapped_column(default=0)


class OrderPart(Base):
    """A part that was used for a work order."""

    __tablename__ = "work_order_parts"
    __table_args__ = (CheckConstraint("count >= 1", name="count"),)

    order_id: Mapped[str] = mapped_column(ForeignKey("work_orders.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    count: Mapped[int]


class Taken(StrEnum):
    """What a photo of a work order is to show."""

    BEFORE = "before"  # how the thing was found
    AFTER = "after"  # how it was left


class OrderPhoto(Base):
    """What somebody of the staff photographed for a work order: a JPEG of ours (`kit.photo`), which no list reads."""

    __tablename__ = "order_photos"
    __table_args__ = (CheckConstraint("size >= 1", name="size"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    order_id: Mapped[str] = mapped_column(ForeignKey("work_orders.id"), index=True)
    by_id: Mapped[str] = mapped_column(ForeignKey("members.id"))
    at: Mapped[datetime] = mapped_column(Instant)  # when it came
    taken: Mapped[Taken] = mapped_column(word_column(Taken))
    caption: Mapped[str] = mapped_column(String(200))  # may be empty
    size: Mapped[int]  # bytes of the JPEG
    jpeg: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)


class WorkOrderOutage(Base):
    """A space that is out of order for the sake of a work order."""

    __tablename__ = "work_order_outages"

    order_id: Mapped[str] = mapped_column(ForeignKey("work_orders.id"), primary_key=True)
    outage_id: Mapped[str] = mapped_column(ForeignKey("outages.id"), primary_key=True)
