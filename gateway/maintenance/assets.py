"""Taking things up as assets, and changing what is known of them. These acts never commit, send or sleep."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from gateway.fleet import queries as fleet
from gateway.kit import audit
from gateway.kit.errors import Malformed
from gateway.kit.ids import new_id
from gateway.lockers.model import Compartment
from gateway.maintenance import queries
from gateway.maintenance.model import Asset, AssetKind, Counter
from gateway.maintenance.templates import RATED
from gateway.spaces import queries as spaces
from gateway.spaces.model import Space
from gateway.zones import queries as zones


class What(StrEnum):
    """What the house knows already that can be an asset."""

    LOCK = "lock"
    SPACE = "space"
    DEVICE = "device"
    ZONE = "zone"


@dataclass(frozen=True)
class Thing:
    """Something of the house, by its id."""

    what: What
    id: str


_BY_NAME: Final = (AssetKind.MACHINE, AssetKind.FAN, AssetKind.KIOSK, AssetKind.OTHER)


def asset_of(session: Session, thing: Thing, *, now: datetime) -> Asset:
    """The asset that a lock, a space, a device or a zone is; taken up if it is none yet.

    Raises NotFound: `lock`, `space`, `device`, `zone`.
    """
    found = queries.asset_that_is(session, what=thing.what, ref=thing.id)
    if found is not None:
        return found
    made = _of_thing(session, thing, now)
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError:  # another was quicker, in the very same moment
        return session.scalars(queries.that_is(thing.what, thing.id)).one()
    return made


def take_up_all(session: Session, *, now: datetime) -> int:
    """Make an asset of every door of a bank or space and of every space that is none yet. Harmless to repeat."""
    wanted = [Thing(What.LOCK, one) for one in queries.doors_not_taken_up(session)]
    wanted += [Thing(What.SPACE, one) for one in queries.spaces_not_taken_up(session)]
    for thing in wanted:
        asset_of(session, thing, now=now)
    return len(wanted)


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What somebody says of an asset; None: nothing, or there is none."""

    name_zh: str = ""
    name_en: str = ""
    lock_id: str | None = None
    space_id: str | None = None
    device_id: str | None = None
    zone_id: str | None = None
    rated_life: int | None = None
    rated_by: Counter | None = None
    since_at: datetime | None = None


def add_asset(session: Session, *, kind: AssetKind, wish: Wish, actor: str, now: datetime) -> Asset:
    """Write down something that has a name: a machine, a fan, a kiosk, anything.

    Raises Malformed for a kind that the house takes up by itself, for a rating without its counter and for a start
    that is still to come; NotFound for a link that leads nowhere.
    """
    if kind not in _BY_NAME:
        raise Malformed("malformed", field="kind")
    if (wish.rated_life is None) != (wish.rated_by is None):
        raise Malformed("malformed", field="rated_by")
    since_at = wish.since_at or now
    if since_at > now:
        raise Malformed("malformed", field="since_at")
    _look_up(session, wish)
    values = vars(wish) | {"since_at": since_at}
    made = Asset(id=new_id(), kind=kind, **values)
    session.add(made)
    session.flush()
    audit.append(session, actor=actor, act="asset_added", thing=made.id, now=now, kind=kind)
    return made


def rate(
    session: Session, *, asset_id: str, rated_life: int | None, rated_by: Counter | None, actor: str, now: datetime
) -> Asset:
    """Say for how much use it is made; None: nobody knows. Raises NotFound("asset"), Malformed."""
    if (rated_life is None) != (rated_by is None):
        raise Malformed("malformed", field="rated_by")
    asset = queries.asset(session, asset_id)
    asset.rated_life, asset.rated_by = rated_life, rated_by
    session.flush()
    audit.append(
        session, actor=actor, act="asset_rated", thing=asset_id, now=now, rated_life=rated_life, rated_by=rated_by
    )
    return asset


def retire(session: Session, *, asset_id: str, actor: str, now: datetime) -> Asset:
    """It is gone: no plan asks for it any more. Harmless to repeat. Raises NotFound("asset")."""
    asset = queries.asset(session, asset_id)
    if asset.retired_at is None:
        asset.retired_at = now
        session.flush()
        audit.append(session, actor=actor, act="asset_retired", thing=asset_id, now=now)
    return asset


def _of_thing(session: Session, thing: Thing, now: datetime) -> Asset:
    made = Asset(id=new_id(), kind=AssetKind.OTHER, name_zh="", name_en="", since_at=now)
    match thing.what:
        case What.LOCK:
            made.lock_id = fleet.lock(session, thing.id).id
            made.kind = _kind_of_door(session, thing.id)
            made.space_id = session.scalars(
                select(Space.id).where(Space.lock_id == thing.id).order_by(Space.id).limit(1)
            ).first()
            made.since_at = queries.first_pulse_at(session, thing.id) or now
            made.rated_life, made.rated_by = RATED[made.kind]
        case What.SPACE:
            made.space_id, made.kind = spaces.space(session, thing.id).id, AssetKind.SPACE
        case What.DEVICE:
            device = fleet.device(session, thing.id)
            made.device_id, made.kind, made.since_at = device.id, AssetKind.DEVICE, device.first_seen_at
        case What.ZONE:
            made.zone_id, made.kind = zones.zone(session, thing.id).id, AssetKind.AREA
    return made


def _kind_of_door(session: Session, lock_id: str) -> AssetKind:
    of_bank = session.scalar(select(Compartment.id).where(Compartment.lock_id == lock_id))
    return AssetKind.COMPARTMENT_DOOR if of_bank is not None else AssetKind.ROOM_DOOR


def _look_up(session: Session, wish: Wish) -> None:
    if wish.lock_id is not None:
        fleet.lock(session, wish.lock_id)
    if wish.space_id is not None:
        spaces.space(session, wish.space_id)
    if wish.device_id is not None:
        fleet.device(session, wish.device_id)
    if wish.zone_id is not None:
        zones.zone(session, wish.zone_id)
