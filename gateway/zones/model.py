"""Tables of zones, and of what was placed in them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, false
from sqlalchemy.orm import Mapped, mapped_column

from gateway.kit.db import Base, Instant, word_column


class Placed(StrEnum):
    """What can be placed in a zone."""

    DEVICE = "device"  # and with it all its sensors, and the bank that it drives
    SENSOR = "sensor"  # one that hangs elsewhere than its device
    SPACE = "space"  # and with it its parts


class Zone(Base):
    """A room or an area of the house. Once retired nothing is placed there any more; its name stays."""

    __tablename__ = "zones"
    __table_args__ = (CheckConstraint("capacity >= 1", name="capacity"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    name_zh: Mapped[str] = mapped_column(String(64))
    name_en: Mapped[str] = mapped_column(String(64))
    capacity: Mapped[int | None]  # people; None: nobody has said
    is_shown: Mapped[bool] = mapped_column(default=False, server_default=false())  # to everybody, how full it is
    retired_at: Mapped[datetime | None] = mapped_column(Instant)


class Placement(Base):
    """Where something stands. What has no row of its own stands where the greater thing stands that it is part of."""

    __tablename__ = "placements"

    what: Mapped[Placed] = mapped_column(word_column(Placed), primary_key=True)
    ref: Mapped[str] = mapped_column(String(96), primary_key=True)  # an id; of a sensor `device/sensor`
    zone_id: Mapped[str] = mapped_column(ForeignKey("zones.id"), index=True)
    # Of what counts people at a door: the zone that they come from into `zone_id`. None: from the street.
    outer_zone_id: Mapped[str | None] = mapped_column(ForeignKey("zones.id"))
