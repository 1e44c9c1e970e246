"""Opening everything, one door after another: which door a gateway asks for next while an emergency opening lasts.

Each is an ordinary command, judged and signed like any other. At one cabinet no command follows before the one before
it has pulsed and the supply has rested, and no more than the device allows, unless its second key is on: the device
holds to that anyway, and would refuse the rest.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.emergencies import queries as emergencies
from gateway.emergencies import rules as emergency_rules
from gateway.emergencies.model import Emergency
from gateway.emergencies.rules import Cabinet, DoorTried
from gateway.fleet.model import Lock
from gateway.kit import audit
from gateway.kit.clock import Clock
from gateway.kit.errors import Conflict, NotFound
from gateway.lockers.history import ASKED_IN_EMERGENCY
from gateway.members.model import Member
from gateway.unlocking import queries, rules, service
from gateway.unlocking.model import Unlock, UnlockState

_MINUTE = timedelta(minutes=1)
_OPENED = frozenset({UnlockState.OPENED, UnlockState.ALREADY_OPEN})
_NOT_TRIED = frozenset({"rate", "busy", "frozen", "bank_offline", "device_suspended", "gateway_restarted"})


def ask_for_next(session: Session, *, clock: Clock) -> list[Unlock]:
    """Ask at each cabinet for its next door, if it is time for one."""
    asked: list[Unlock] = []
    for opening in emergencies.openings(session):
        for cabinet in emergencies.cabinets(session, bank_id=opening.bank_id):
            if not cabinet.is_away and _is_time(session, cabinet, clock):
                asked += _ask(session, opening, cabinet, clock)
    return asked


def doors_of(session: Session, opening: Emergency) -> list[tuple[Lock, DoorTried]]:
    """Every door that an emergency opening means, and what has come of it so far."""
    unlocks: dict[str, list[Unlock]] = {}
    for unlock in session.scalars(select(Unlock).where(Unlock.emergency_id == opening.id)):
        unlocks.setdefault(unlock.lock_id, []).append(unlock)
    locks = emergencies.locks_of(session, bank_id=opening.bank_id)
    return [(lock, _tried(lock, unlocks.get(lock.id, ()))) for lock in locks]


def _is_time(session: Session, cabinet: Cabinet, clock: Clock) -> bool:
    newest = queries.newest_at(session, device_id=cabinet.device_id, since=clock.now() - 2 * _MINUTE)
    if any(unlock.emergency_id and unlock.settled_at is None and unlock.pulsed_at is None for unlock in newest):
        return False
    ages = [rules.age_s(unlock, service.moment(clock)) for unlock in newest]
    return emergency_rules.may_follow(ages, second_key_is_on=cabinet.second_key_is_on)


def _ask(session: Session, opening: Emergency, cabinet: Cabinet, clock: Clock) -> Iterable[Unlock]:
    doors = [tried for lock, tried in doors_of(session, opening) if lock.device_id == cabinet.device_id]
    unsettled = queries.unsettled_locks(session)
    door = emergency_rules.next_door(tried for tried in doors if tried.lock_id not in unsettled)
    if door is None:
        return
    member = session.get_one(Member, opening.second_id or opening.first_id)
    try:
        unlock = service.request_unlock(
            session, member=member, lock_id=door.lock_id, clock=clock, emergency_id=opening.id
        )
    except (Conflict, NotFound):  # frozen, or whoever declared this is disabled: not now
        return
    audit.append(
        session,
        actor=member.audit_id,
        act=ASKED_IN_EMERGENCY,
        thing=door.lock_id,
        now=clock.now(),
        reason=opening.reason,
        unlock=unlock.id,
        emergency=opening.id,
    )
    yield unlock


def _tried(lock: Lock, unlocks: Sequence[Unlock]) -> DoorTried:
    return DoorTried(
        lock_id=lock.id,
        door=lock.door,
        level=lock.level,
        tries=sum(unlock.code not in _NOT_TRIED for unlock in unlocks),
        has_opened=any(unlock.state in _OPENED for unlock in unlocks),
    )
