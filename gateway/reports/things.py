"""What can be reported, and what it is called."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.kiosks.model import Kiosk
from gateway.kit.errors import NotFound
from gateway.lockers import queries as lockers
from gateway.lockers.model import Bank, Compartment, Rental
from gateway.reports.model import About
from gateway.spaces import queries as spaces
from gateway.spaces.model import Space
from gateway.zones import queries as zones
from gateway.zones.model import Zone


@dataclass(frozen=True)
class Thing:
    """One thing, with its `name` by language. `id` None: somewhere without a name."""

    about: About
    id: str | None
    name: dict[str, str]


def things_for(session: Session, *, member_id: str) -> list[Thing]:
    """Whatever a member can report: lockers of theirs, and what is everybody's."""
    return [
        *_lockers(session, member_id),
        *(_of_space(one) for one in spaces.spaces(session)),
        *_doors(session),
        *(_of_kiosk(one) for one in session.scalars(_KIOSKS)),
        *(_of_zone(one) for one in zones.zones(session) if one.retired_at is None),
        Thing(About.ELSEWHERE, None, _SOMEWHERE),
    ]


def thing_for(session: Session, *, member_id: str, about: About, thing_id: str | None) -> Thing:
    """One of these. Raises NotFound("thing"), for other people's lockers too."""
    for one in things_for(session, member_id=member_id):
        if (one.about, one.id) == (about, thing_id):
            return one
    raise NotFound("thing")


def name_of(session: Session, about: About, thing_id: str | None) -> dict[str, str]:
    """What it is called, by language, whoever asks and whatever has become of it; else its id."""
    found: Thing | None = None
    match about:
        case About.LOCKER if row := _bank_and_compartment(session, thing_id):
            found = _of_locker(*row)
        case About.SPACE if space := session.get(Space, thing_id):
            found = _of_space(space)
        case About.DOOR:
            found = next((one for one in _doors(session) if one.id == thing_id), None)
        case About.KIOSK if kiosk := session.get(Kiosk, thing_id):
            found = _of_kiosk(kiosk)
        case About.ELSEWHERE if thing_id is None:
            return _SOMEWHERE
        case About.ELSEWHERE if zone := session.get(Zone, thing_id):
            found = _of_zone(zone)
    return found.name if found else {"zh-CN": str(thing_id), "en": str(thing_id)}


_SOMEWHERE = {"zh-CN": "别的地方", "en": "Somewhere else"}
_KIOSKS = select(Kiosk).where(Kiosk.revoked_at.is_(None)).order_by(Kiosk.id)


def _lockers(session: Session, member_id: str) -> Iterator[Thing]:
    mine = (
        select(Bank, Compartment)
        .join(Compartment, Compartment.bank_id == Bank.id)
        .join(Rental, Rental.compartment_id == Compartment.id)
        .where(lockers.is_of(member_id), Rental.ended_at.is_(None))
        .order_by(Bank.id, Compartment.label)
    )
    for bank, compartment in session.execute(mine):
        yield _of_locker(bank, compartment)


def _doors(session: Session) -> Iterator[Thing]:
    """Each once, by the first space that it leads to."""
    seen = set()
    for space in spaces.spaces(session):
        if space.lock_id is not None and space.lock_id not in seen:
            seen.add(space.lock_id)
            yield Thing(About.DOOR, space.lock_id, {"zh-CN": f"{space.name_zh}的门", "en": f"Door of {space.name_en}"})


def _bank_and_compartment(session: Session, compartment_id: str | None) -> tuple[Bank, Compartment] | None:
    query = select(Bank, Compartment).join(Compartment, Compartment.bank_id == Bank.id)
    row = session.execute(query.where(Compartment.id == compartment_id)).first()
    return None if row is None else (row[0], row[1])


def _of_locker(bank: Bank, compartment: Compartment) -> Thing:
    name = {"zh-CN": f"{bank.name_zh} {compartment.label} 号柜", "en": f"Locker {compartment.label}, {bank.name_en}"}
    return Thing(About.LOCKER, compartment.id, name)


def _of_space(space: Space) -> Thing:
    return Thing(About.SPACE, space.id, {"zh-CN": space.name_zh, "en": space.name_en})


def _of_kiosk(kiosk: Kiosk) -> Thing:
    return Thing(About.KIOSK, kiosk.id, {"zh-CN": f"自助机 {kiosk.name}", "en": f"Kiosk {kiosk.name_en}"})


def _of_zone(zone: Zone) -> Thing:
    return Thing(About.ELSEWHERE, zone.id, {"zh-CN": zone.name_zh, "en": zone.name_en})
