"""Leaving things in a compartment for another member."""

from collections.abc import Callable
from datetime import datetime

from fastapi import Response
from sqlalchemy.orm import Session

from api.deps import Caller, Id, Paged, SignedIn
from api.idempotency import Attempt, Keyed, Repeatable
from api.member.drop_off_views import DropOffView, NewDropOff
from api.openapi import SIGNED_IN, problems
from api.signpost import Doors
from api.views import Items, behind, items
from gateway.lockers import drop_offs
from gateway.lockers.offers import Wish
from gateway.members.model import Member
from gateway.unlocking import queries as unlocking

router = Doors("/drop-offs", tags=["drop-offs"])

_OWN = (*SIGNED_IN, "not_found")
_MOVED = ("drop_off_over", "open_it_first", "door_open", "door_unknown", "unlock_under_way")
_POSTED = ("malformed", "idempotency_key_reused")


@router.post(
    "",
    status_code=201,
    response_model=DropOffView,
    responses=problems(
        "idempotency_key_missing",
        *_OWN,
        "drop_off_to_oneself",
        "policy.most_drop_offs",
        "rental_overdue",
        "no_compartment_free",
        "bank_offline",
        *_POSTED,
    ),
)
async def begin_drop_off(wanted: NewDropOff, who: SignedIn, attempt: Keyed) -> Response:
    """Get a compartment to leave things in for another member. Open it by `POST /unlocks` with its `lock_id`."""

    def act(session: Session, member: Member, now: datetime) -> drop_offs.DropOffView:
        return drop_offs.begin(
            session,
            depositor=member,
            to_member_no=wanted.to_member_no,
            wish=Wish(bank_id=wanted.bank_id, zone=wanted.zone, size=wanted.size),
            note=wanted.note,
            unsettled_locks=lambda: unlocking.unsettled_locks(session),
            now=now,
        )

    return await _done(who, attempt, act, status=201)


@router.get("", responses=problems(*_OWN, "malformed"))
async def list_drop_offs(who: SignedIn, page: Paged) -> Items[DropOffView]:
    """What the reader left for others, and what others left for them; the newest first."""

    def look() -> Items[DropOffView]:
        with who.desk.sessions.read() as session:
            member, now = who.member(session), who.desk.clock.now()
            found = drop_offs.drop_offs_of(session, member_id=member.id)
            rest = behind(found, page, name=lambda one: one.place.rental.id)
            return items(
                rest,
                page,
                view=lambda one: DropOffView.of(one, member, now),
                name=lambda one: one.place.rental.id,
            )

    return await who.desk.backroom.read(look)


@router.get("/{drop_off_id}", responses=problems(*_OWN))
async def read_drop_off(drop_off_id: Id, who: SignedIn) -> DropOffView:
    """One that the reader left, or that waits or waited for them."""

    def look() -> DropOffView:
        with who.desk.sessions.read() as session:
            member = who.member(session)
            found = drop_offs.drop_off_of(session, member_id=member.id, drop_off_id=drop_off_id)
            return DropOffView.of(found, member, who.desk.clock.now())

    return await who.desk.backroom.read(look)


@router.post(
    "/{drop_off_id}/confirm",
    response_model=DropOffView,
    responses=problems(*_OWN, "only_depositor", "drop_off_waiting", *_MOVED, *_POSTED),
)
async def confirm_drop_off(drop_off_id: Id, who: SignedIn, attempt: Repeatable) -> Response:
    """Say that the things are in and the door is shut: the other is told, and may open. Send `{}`."""

    def act(session: Session, member: Member, now: datetime) -> drop_offs.DropOffView:
        return drop_offs.confirm(
            session,
            drop_off_id=drop_off_id,
            member=member,
            unsettled_locks=lambda: unlocking.unsettled_locks(session),
            now=now,
        )

    return await _done(who, attempt, act)


@router.post(
    "/{drop_off_id}/collect",
    response_model=DropOffView,
    responses=problems(*_OWN, "only_recipient", *_MOVED, *_POSTED),
)
async def collect_drop_off(drop_off_id: Id, who: SignedIn, attempt: Repeatable) -> Response:
    """Say that everything is taken out and the door is shut: it is over, and the depositor is told. Send `{}`."""

    def act(session: Session, member: Member, now: datetime) -> drop_offs.DropOffView:
        return drop_offs.collect(
            session,
            drop_off_id=drop_off_id,
            member=member,
            unsettled_locks=lambda: unlocking.unsettled_locks(session),
            now=now,
        )

    return await _done(who, attempt, act)


@router.delete("/{drop_off_id}", responses=problems(*_OWN, "only_depositor", *_MOVED))
async def take_back_drop_off(drop_off_id: Id, who: SignedIn) -> DropOffView:
    """Take the things back, or leave none after all. Answers with the drop-off as it ended."""
    desk = who.desk

    def act() -> DropOffView:
        with desk.sessions.begin() as session:
            member, now = who.member(session), desk.clock.now()
            ended = drop_offs.take_back(
                session,
                drop_off_id=drop_off_id,
                member=member,
                unsettled_locks=lambda: unlocking.unsettled_locks(session),
                now=now,
            )
            return DropOffView.of(ended, member, now)

    return await desk.backroom.write(act)


async def _done(
    who: Caller,
    attempt: Attempt,
    step: Callable[[Session, Member, datetime], drop_offs.DropOffView],
    *,
    status: int = 200,
) -> Response:
    """Take one step, once for each key, and answer with where the things are."""
    desk = who.desk

    def act() -> Response:
        with desk.sessions.begin() as session:
            member, now = who.member(session), desk.clock.now()
            if told := attempt.recall(session, member_id=member.id):
                return told
            view = DropOffView.of(step(session, member, now), member, now)
            return attempt.keep(session, member_id=member.id, status=status, view=view, now=now)

    return await desk.backroom.write(act)
