"""Acts upon unlocks. They never commit, send or sleep."""

from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from gateway.emergencies import service as emergencies
from gateway.fleet import queries as fleet
from gateway.fleet.model import DeviceEvent
from gateway.kit import audit
from gateway.kit.clock import Clock
from gateway.kit.db import announce
from gateway.kit.errors import Conflict, NotFound
from gateway.kit.ids import new_id
from gateway.members.model import Member
from gateway.unlocking import queries, rules
from gateway.unlocking.model import AFTER_SIGNING, MOVES, TERMINAL, UNSIGNED, Unlock, UnlockState
from gateway.unlocking.rules import Moment, Verdict

_OPENINGS = frozenset({"door_open", "inferred", "forced", "emergency"})


def moment(clock: Clock) -> Moment:
    """Now, on both of this machine's clocks."""
    return Moment(clock.now().timestamp(), clock.monotonic(), clock.host_boot())


def request_unlock(
    session: Session, *, member: Member, lock_id: str, clock: Clock, emergency_id: str | None = None
) -> Unlock:
    """Ask for a lock to be opened. The gateway judges again before anything moves.

    Raises NotFound("lock") for a lock this member has no business with, Conflict: `bank_offline`, `device_suspended`,
    `frozen`, `clock_wrong` while nobody can tell whether they have, and `unlock_under_way` with its `unlock_id`.
    """
    lock = fleet.lock(session, lock_id)
    unlock = Unlock(
        id=new_id(),
        member_id=member.id,
        lock_id=lock.id,
        device_id=lock.device_id,
        door=lock.door,
        state=UnlockState.REQUESTED,
        requested_at=clock.now(),
        requested_mono=clock.monotonic(),
        host_boot=clock.host_boot(),
        emergency_id=emergency_id,
        program_id=audit.acting_program(session, actor=member.audit_id),
    )
    if refusal := queries.grant_refusal(session, unlock, clock=clock):
        raise Conflict(refusal) if refusal == "clock_wrong" else NotFound("lock")
    if refusal := queries.device_refusal(session, lock.device_id):
        raise Conflict(refusal)
    if other := queries.under_way(session, lock_id=lock.id):
        raise Conflict("unlock_under_way", unlock_id=other.id)
    session.add(unlock)
    try:
        session.flush()
    except IntegrityError as error:  # on PostgreSQL another was quicker, in the very same moment
        raise Conflict("unlock_under_way") from error
    return unlock


def move(session: Session, unlock: Unlock, to: UnlockState, *, now: datetime, code: str = "", **facts: Any) -> bool:  # noqa: ANN401
    """Move a row if it still stands where that move begins; of two racing moves exactly one returns True."""
    values: dict[str, Any] = {"state": to, "code": code, **facts}
    if to in TERMINAL:
        values["settled_at"] = now
    result = session.execute(
        update(Unlock)
        .where(Unlock.id == unlock.id, Unlock.state.in_(MOVES[to]))
        .values(values)
        .execution_options(synchronize_session=False)
    )
    if result.rowcount != 1:  # type: ignore[attr-defined]
        session.refresh(unlock)
        return False
    for name, value in values.items():
        set_committed_value(unlock, name, value)
    announce(session, "unlock", id=unlock.id, member_id=unlock.member_id, lock_id=unlock.lock_id, state=to, code=code)
    return True


def settle(session: Session, unlock: Unlock, verdict: Verdict, *, now: datetime) -> None:
    """End an unlock, unless it has ended, and say how in the audit trail; an opening stands there already."""
    if move(session, unlock, verdict.state, now=now, code=verdict.code) and verdict.state is not UnlockState.OPENED:
        _record(session, unlock, act=f"unlock_{verdict.state.lower()}", now=now, code=verdict.code)


def authorise(session: Session, unlock: Unlock, *, clock: Clock) -> bool:
    """Judge a request that the gateway has just taken. True when a challenge may be asked for."""
    if not rules.may_be_signed(unlock, moment(clock)):
        settle(session, unlock, Verdict(UnlockState.EXPIRED, "late"), now=clock.now())
        return False
    refusal = queries.grant_refusal(session, unlock, clock=clock) or queries.device_refusal(session, unlock.device_id)
    if refusal:
        settle(session, unlock, Verdict(UnlockState.REFUSED, refusal), now=clock.now())
        return False
    return move(session, unlock, UnlockState.AUTHORISED, now=clock.now())


def sign(session: Session, unlock: Unlock, *, nonce: str, clock: Clock) -> bool:
    """Judge once more, and give the permission: True for exactly one caller. Publish only after the commit."""
    emergencies.keep_out_freezes(session)
    refusal = queries.signing_refusal(session, unlock.device_id) or queries.right_refusal(session, unlock, clock=clock)
    now = clock.now()
    if not rules.may_be_signed(unlock, moment(clock)):  # whoever had to be waited for may have taken the time there was
        settle(session, unlock, Verdict(UnlockState.EXPIRED, "no_challenge_in_time"), now=now)
        return False
    if refusal:
        settle(session, unlock, Verdict(UnlockState.REFUSED, refusal), now=now)
        return False
    return move(session, unlock, UnlockState.SIGNED, now=now, nonce=nonce, signed_at=now)


def take_event(session: Session, event: DeviceEvent, *, now: datetime) -> Unlock | None:
    """Let a device's newest event settle its command, and write every opening down exactly once.

    Returns the unlock that opened its door, when the event says that one did; what follows from it in this transaction
    is done by whoever asked for it, a program too.
    """
    unlock = session.get(Unlock, event.cmd_id) if event.cmd_id else None
    if unlock is not None and (unlock.device_id, unlock.door) != (event.device_id, event.door):
        unlock = None
    if event.kind in _OPENINGS or _may_have_opened_by_rule(event):
        _record_opening(session, event, unlock, now)
    if unlock is None:
        return None
    if event.kind == "done":
        unlock.pulsed_at = now
    if event.kind in rules.SETTLING:
        _settle_by_event(session, event, unlock, now)
    if event.kind not in _OPENINGS:
        return None
    member = session.get_one(Member, unlock.member_id)
    audit.by_program(session, actor=member.audit_id, program=unlock.program_id)
    return unlock


def recover(session: Session, *, now: datetime) -> None:
    """The gateway starts: what was never signed is certainly over; of what was signed nobody can tell yet."""
    for unlock in queries.unsettled(session):
        if unlock.state in UNSIGNED:
            settle(session, unlock, Verdict(UnlockState.EXPIRED, "gateway_restarted"), now=now)
        elif unlock.state is UnlockState.SIGNED:
            move(session, unlock, UnlockState.UNCERTAIN, now=now)


def doubt_all(session: Session, *, device_id: str, now: datetime) -> None:
    """The device has lost its log: of what was signed for it nobody will ever tell."""
    for unlock in queries.unsettled(session, states=AFTER_SIGNING):
        if unlock.device_id == device_id:
            settle(session, unlock, Verdict(UnlockState.POSSIBLE, "log_lost"), now=now)


def expire_overdue(session: Session, *, unlock_id: str, clock: Clock) -> None:
    """Say EXPIRED of a request that nobody took in time. Safe from any process: signing and this exclude each other."""
    unlock = session.get_one(Unlock, unlock_id)
    if unlock.state in UNSIGNED and not rules.may_be_signed(unlock, moment(clock)):
        settle(session, unlock, Verdict(UnlockState.EXPIRED, "late"), now=clock.now())


def _settle_by_event(session: Session, event: DeviceEvent, unlock: Unlock, now: datetime) -> None:
    told = fleet.events_of(session, unlock.id)
    earlier = [one for one in told if (one.log_no, one.seq) < (event.log_no, event.seq)]
    if verdict := rules.verdict_of_event(event, earlier):
        settle(session, unlock, verdict, now=now)


def _may_have_opened_by_rule(event: DeviceEvent) -> bool:
    """No command's end will say so: nobody saw what came of it."""
    return event.kind == "possible" and event.cmd_id is None


def _record_opening(session: Session, event: DeviceEvent, unlock: Unlock | None, now: datetime) -> None:
    member = session.get_one(Member, unlock.member_id) if unlock else None
    audit.append(
        session,
        actor=member.audit_id if member else f"device:{event.device_id}",
        act=f"door_{event.kind}" if event.kind != "door_open" else "door_opened",
        thing=unlock.lock_id if unlock else _lock_of(session, event),
        now=now,
        device=event.device_id,
        door=event.door,
        seq=event.seq,
        unlock=event.cmd_id,
        program=unlock.program_id if unlock else None,
        **({} if event.reason is None else {"second_key": event.reason}),
        observed_at=event.observed_at.isoformat() if event.observed_at else None,
    )


def _lock_of(session: Session, event: DeviceEvent) -> str:
    lock = fleet.lock_at(session, event.device_id, event.door) if event.door else None
    return lock.id if lock else f"{event.device_id}/{event.door}"


def _record(session: Session, unlock: Unlock, *, act: str, now: datetime, code: str) -> None:
    member = session.get_one(Member, unlock.member_id)
    # Whoever may be asking in this transaction: what becomes of it is said of whoever asked for the opening.
    audit.append(
        session,
        actor=member.audit_id,
        act=act,
        thing=unlock.lock_id,
        now=now,
        unlock=unlock.id,
        code=code,
        program=unlock.program_id,
    )
