"""How much an asset was used, whenever somebody asks: counted from what is recorded. Read-only."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from gateway.bookings.model import Booking, BookingState
from gateway.faults.model import Pulse
from gateway.fleet.model import DeviceEvent, Lock
from gateway.maintenance import running
from gateway.maintenance.model import Asset, Counter
from gateway.spaces import queries as spaces
from gateway.spaces.model import Claim, ClaimKind

_HOUR: Final = timedelta(hours=1)

OF_DOORS: Final = (Counter.CYCLES, Counter.SLAMS)
OF_MACHINES: Final = (Counter.HOURS_RUN,)
OF_SPACES: Final = (Counter.HOURS_BOOKED, Counter.HOURS_USED, Counter.PEOPLE)


def counted_in(session: Session, asset: Asset) -> tuple[Counter, ...]:
    """What can be counted of it: nothing, where it is linked to no door, no space and no power sensor."""
    of_door = OF_DOORS if asset.lock_id else ()
    of_space = OF_SPACES if asset.space_id else ()
    return (*of_door, *of_space, *(OF_MACHINES if running.power_sensor(session, asset) else ()))


def count(session: Session, asset: Asset, counter: Counter, *, since: datetime, now: datetime) -> int | None:
    """How much it was used from then until now, in whole hours where it is hours; None: nobody counts that of it.

    Of hours run, None too while nothing is known of any.
    """
    if counter not in counted_in(session, asset):
        return None
    return _HOW[counter](session, asset, since, now)


def _cycles(session: Session, asset: Asset, since: datetime, now: datetime) -> int:
    """Every pulse works the strike, whatever came of it."""
    pulses = select(func.count()).where(Pulse.lock_id == asset.lock_id, Pulse.pulsed_at >= since, Pulse.pulsed_at < now)
    return session.scalar(pulses) or 0


def _slams(session: Session, asset: Asset, since: datetime, now: datetime) -> int:
    lock = session.get_one(Lock, asset.lock_id)
    shut = select(func.count()).where(
        DeviceEvent.device_id == lock.device_id,
        DeviceEvent.door == lock.door,
        DeviceEvent.kind == "door_closed",
        DeviceEvent.received_at >= since,
        DeviceEvent.received_at < now,
    )
    return session.scalar(shut) or 0


def _hours_booked(session: Session, asset: Asset, since: datetime, now: datetime) -> int:
    return _hours(session, asset, since, now, Booking.state == BookingState.CONFIRMED)


def _hours_used(session: Session, asset: Asset, since: datetime, now: datetime) -> int:
    return _hours(session, asset, since, now, Booking.checked_in_at.is_not(None))


def _hours(session: Session, asset: Asset, since: datetime, now: datetime, which: ColumnElement[bool]) -> int:
    """Of the whole space: an hour in one of four courts is a quarter of an hour of the hall."""
    whole = spaces.undivided(session, asset.space_id or "")
    claimed = (
        select(Claim.starts_at, Claim.ends_at)
        .join(Booking, Booking.id == Claim.source_id)
        .where(
            Claim.kind == ClaimKind.BOOKING,
            Claim.space_id.in_([one.id for one in whole]),
            Claim.released_at.is_(None),
            Claim.starts_at < now,
            Claim.ends_at > since,
            which,
        )
    )
    total = sum(
        (min(ends_at, now) - max(starts_at, since) for starts_at, ends_at in session.execute(claimed)), timedelta()
    )
    return int(total / _HOUR / sum(one.places for one in whole))


def _people(session: Session, asset: Asset, since: datetime, now: datetime) -> int:
    """Whoever checked in, and their guests: to the space, to a part of it or to what it is part of."""
    plan, space_id = spaces.plan(session), asset.space_id or ""
    concerned = {*plan.line_up(space_id), *(one.id for one in plan.below(space_id))}
    came = select(func.sum(1 + Booking.guests)).where(
        Booking.space_id.in_(concerned), Booking.checked_in_at >= since, Booking.checked_in_at < now
    )
    return session.scalar(came) or 0


def _hours_run(session: Session, asset: Asset, since: datetime, now: datetime) -> int | None:
    return running.ran_h(session, asset, since=since, now=now)


_HOW: Final[dict[Counter, Callable[[Session, Asset, datetime, datetime], int | None]]] = {
    Counter.CYCLES: _cycles,
    Counter.SLAMS: _slams,
    Counter.HOURS_BOOKED: _hours_booked,
    Counter.HOURS_USED: _hours_used,
    Counter.PEOPLE: _people,
    Counter.HOURS_RUN: _hours_run,
}
