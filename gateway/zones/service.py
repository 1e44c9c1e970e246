"""Making, renaming and retiring zones, and placing things in them. Nothing here commits."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from gateway.kit import audit
from gateway.kit.db import take_turn
from gateway.kit.errors import Conflict, Malformed
from gateway.zones import queries, rules
from gateway.zones.model import Placed, Placement, Zone


def make_zone(session: Session, *, zone_id: str, name_zh: str, name_en: str, actor: str, now: datetime) -> Zone:
    """Add a zone with nothing in it. Raises Conflict("zone_exists")."""
    if session.get(Zone, zone_id) is not None:
        raise Conflict("zone_exists", zone_id=zone_id)
    made = Zone(id=zone_id, name_zh=name_zh, name_en=name_en)
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError as error:  # another was quicker, in the very same moment
        raise Conflict("zone_exists", zone_id=zone_id) from error
    audit.append(session, actor=actor, act="zone_made", thing=zone_id, now=now)
    return made


def named(session: Session, *, name_zh: str, name_en: str, actor: str, now: datetime) -> Zone | None:
    """The zone in use of one of these names, made when there is none. None: both are empty."""
    names = [name for name in (name_zh, name_en) if name]
    if not names:
        return None
    found = next((zone for name in names if (zone := queries.named(session, name)) is not None), None)
    if found is not None:
        return found
    taken = {zone.id for zone in queries.zones(session)}
    zone_id = next(one for one in rules.ids_for(name_en) if one not in taken)
    return make_zone(
        session, zone_id=zone_id, name_zh=name_zh or name_en, name_en=name_en or name_zh, actor=actor, now=now
    )


def rename_zone(
    session: Session, *, zone_id: str, name_zh: str | None, name_en: str | None, actor: str, now: datetime
) -> Zone:
    """Call it otherwise; None leaves a name as it is. What stands there stays. Raises NotFound("zone")."""
    zone = queries.zone(session, zone_id)
    zone.name_zh, zone.name_en = name_zh or zone.name_zh, name_en or zone.name_en
    session.flush()
    audit.append(
        session, actor=actor, act="zone_renamed", thing=zone_id, now=now, name_zh=zone.name_zh, name_en=zone.name_en
    )
    return zone


def set_crowd(
    session: Session, *, zone_id: str, capacity: int | None, is_shown: bool | None, actor: str, now: datetime
) -> Zone:
    """Say for how many people it is, 0: nobody can say; and whether everybody may see how full it is.

    None leaves either as it is. Raises NotFound("zone").
    """
    zone = queries.zone(session, zone_id)
    if capacity is not None:
        zone.capacity = capacity or None
    if is_shown is not None:
        zone.is_shown = is_shown
    session.flush()
    audit.append(
        session,
        actor=actor,
        act="zone_capacity_set",
        thing=zone_id,
        now=now,
        capacity=zone.capacity,
        is_shown=zone.is_shown,
    )
    return zone


def retire_zone(session: Session, *, zone_id: str, actor: str, now: datetime) -> Zone:
    """Nothing is placed there any more. Harmless to repeat.

    Raises NotFound("zone"), and Conflict("zone_in_use") while anything stands there.
    """
    zone = _in_turn(session, zone_id)
    if queries.is_in_use(session, zone_id):
        raise Conflict("zone_in_use", zone_id=zone_id)
    if zone.retired_at is None:
        zone.retired_at = now
        session.flush()
        audit.append(session, actor=actor, act="zone_retired", thing=zone_id, now=now)
    return zone


def place(
    session: Session,
    *,
    what: Placed,
    ref: str,
    zone_id: str | None,
    actor: str,
    now: datetime,
    outer_zone_id: str | None = None,
) -> None:
    """Say where something stands, and where it stood before no longer counts; None: where its greater thing stands.

    `outer_zone_id`, of a sensor at a door: where people come from who enter there; None: from the street.
    Whether there is such a thing is for the caller to know. Raises NotFound("zone"), Conflict("zone_retired"), and
    Malformed for a door that leads from a zone into itself, or from one into nobody knows where.
    """
    if outer_zone_id is not None and zone_id in {None, outer_zone_id}:
        raise Malformed("malformed", field="comes_from")
    for one in sorted(
        one for one in (zone_id, outer_zone_id) if one is not None
    ):  # in one order, so that two who place wait for each other
        if _in_turn(session, one).retired_at is not None:
            raise Conflict("zone_retired", zone_id=one)
    # The trail is written by one at a time: of two who place the same thing, the later finds what the other did.
    audit.append(
        session,
        actor=actor,
        act=f"{what}_placed",
        thing=ref.partition("/")[0],
        now=now,
        which=ref,
        zone=zone_id,
        **({"comes_from": outer_zone_id} if outer_zone_id else {}),
    )
    session.execute(delete(Placement).where(Placement.what == what, Placement.ref == ref))
    if zone_id is not None:
        session.add(Placement(what=what, ref=ref, zone_id=zone_id, outer_zone_id=outer_zone_id))
    session.flush()


def forget_device(session: Session, *, device_id: str) -> None:
    """It is gone for good: neither it nor a sensor of it stands anywhere."""
    session.execute(
        delete(Placement).where(
            (Placement.what == Placed.DEVICE) & (Placement.ref == device_id)
            | (Placement.what == Placed.SENSOR) & Placement.ref.startswith(f"{device_id}/", autoescape=True)
        )
    )


def _in_turn(session: Session, zone_id: str) -> Zone:
    """Of placing there and retiring it, one comes after the other and sees what that did."""
    take_turn(session, Zone, zone_id)
    return queries.zone(session, zone_id)
