"""Opening every door: two persons, or one and the key switch at every cabinet meant.

From then on one of them holds a grant on each lock, and the gateway asks for one door after another by the way that
every door is opened (`unlocking/pacing.py`). Claims stay as they are. What ends it is `clear`.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from gateway.access import service as access
from gateway.access.model import GrantSource
from gateway.emergencies import queries, rules, service
from gateway.emergencies.model import WHOLE_CENTRE, Emergency, EmergencyKind, EmergencyState
from gateway.kit.errors import Conflict, Refused
from gateway.kit.ids import new_id
from gateway.members.model import Member


def propose(session: Session, *, bank_id: str | None, reason: str, actor: Member, now: datetime) -> Emergency:
    """Say that every door of a bank, or (None) of the whole centre, must open. Nothing follows from it yet.

    But it begins at once when a second key is on at every cabinet meant: that hand is the second person's. Raises
    NotFound("bank"), Conflict: `already_opening`, `clear_freeze_first`.
    """
    scope = bank_id or WHOLE_CENTRE
    _refuse_while_frozen(session, bank_id)
    before = queries.not_closed(session, kind=EmergencyKind.EMERGENCY_OPEN, scope=scope)
    if before is not None and _has_lapsed(before, now):
        service.close(session, before, EmergencyState.CALLED_OFF, actor=actor, now=now)
    opening = Emergency(
        id=new_id(),
        kind=EmergencyKind.EMERGENCY_OPEN,
        scope=scope,
        bank_id=bank_id,
        reason=reason,
        state=EmergencyState.PROPOSED,
        first_id=actor.id,
        by_key_switch=False,
        proposed_at=now,
    )
    service.add(session, opening, otherwise="already_opening")
    service.tell(session, opening, "proposed", actor=actor, now=now)
    if rules.is_key_on_everywhere(queries.cabinets(session, bank_id=bank_id)):
        opening.by_key_switch = True
        _begin(session, opening, actor=actor, now=now)
    return opening


def confirm(session: Session, *, emergency_id: str, actor: Member, now: datetime) -> Emergency:
    """The second person says the same: the doors begin to open.

    Raises NotFound("emergency"); Refused: `second_is_the_first`, `needs_a_manager`; Conflict: `emergency_over`,
    `already_opening`, `proposal_lapsed`, `clear_freeze_first`.
    """
    opening = service.hold(session, emergency_id)
    if opening.state is not EmergencyState.PROPOSED:
        raise Conflict("already_opening")
    first = service.still_staff(session, opening.first_id)
    if first is None or _has_lapsed(opening, now):
        raise Conflict("proposal_lapsed")
    if refusal := rules.pair_refusal(first_id=first.id, second_id=actor.id, roles={first.role, actor.role}):
        raise Refused(refusal)
    _refuse_while_frozen(session, opening.bank_id)
    opening.second_id = actor.id
    _begin(session, opening, actor=actor, now=now)
    return opening


def _begin(session: Session, opening: Emergency, *, actor: Member, now: datetime) -> None:
    opening.state, opening.begun_at = EmergencyState.ACTIVE, now
    session.flush()
    for lock in queries.locks_of(session, bank_id=opening.bank_id):
        access.give(session, lock_id=lock.id, member_id=actor.id, source=GrantSource.EMERGENCY, source_id=opening.id)
    service.tell(session, opening, "begun", actor=actor, now=now)


def _has_lapsed(opening: Emergency, now: datetime) -> bool:
    is_proposed = opening.state is EmergencyState.PROPOSED
    return is_proposed and rules.has_lapsed(asked_at=opening.proposed_at, now=now)


def _refuse_while_frozen(session: Session, bank_id: str | None) -> None:
    """A freeze is stronger: it takes two to end that as well."""
    if any(freeze.bank_id in (None, bank_id) for freeze in queries.freezes(session)):
        raise Conflict("clear_freeze_first")
