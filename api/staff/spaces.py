"""Spaces, as those make and close them who answer for them."""

from datetime import datetime

from fastapi import Response
from sqlalchemy.orm import Session

from api.deps import Id, SignedIn
from api.idempotency import Repeatable
from api.openapi import STAFF_ONLY, problems
from api.signpost import Doors
from api.space_views import ClosureView, NewClosure, NewSpace, SpaceChange, SpaceView
from gateway.bookings import booked_lockers
from gateway.fleet import queries as fleet
from gateway.kit.errors import Malformed
from gateway.lockers import queries as lockers
from gateway.members.model import Role
from gateway.spaces import queries as spaces
from gateway.spaces import service as spaces_service
from gateway.spaces.model import Space, SpaceKind

router = Doors("/staff/spaces", tags=["staff"])

_MAKERS = (Role.MANAGER,)
_CLOSERS = (Role.DESK, Role.MANAGER)


@router.post(
    "",
    status_code=201,
    response_model=SpaceView,
    responses=problems(
        *STAFF_ONLY,
        "not_found",
        "space_exists",
        "space_claimed",
        "compartment_taken",
        "malformed",
        "idempotency_key_reused",
    ),
)
async def make_space(wanted: NewSpace, who: SignedIn, attempt: Repeatable) -> Response:
    """Add something that can be booked. A `locker` is a compartment, by its id: it is then no longer rented."""
    desk = who.desk

    def act() -> Response:
        with desk.sessions.begin() as session:
            member, now = who.staff(session, *_MAKERS), desk.clock.now()
            if told := attempt.recall(session, member_id=member.id):
                return told
            space = _make(session, wanted, actor=member.audit_id, now=now)
            return attempt.keep(session, member_id=member.id, status=201, view=SpaceView.of(space), now=now)

    return await desk.backroom.write(act)


def _make(session: Session, wanted: NewSpace, *, actor: str, now: datetime) -> Space:
    if wanted.kind is SpaceKind.LOCKER:
        return booked_lockers.offer_for_booking(
            session,
            compartment_id=wanted.id,
            actor=actor,
            now=now,
            **wanted.model_dump(exclude={"id", "kind", "part_of", "lock_id", "places", "capacity"}),
        )
    if wanted.lock_id is not None:
        fleet.lock(session, wanted.lock_id)
        if lockers.label_behind(session, wanted.lock_id) is not None:
            raise Malformed("malformed", field="lock_id")
    fields = wanted.model_dump(exclude={"id", "part_of"})
    return spaces_service.make_space(
        session, space_id=wanted.id, parent_id=wanted.part_of, actor=actor, now=now, **fields
    )


@router.patch("/{space_id}", responses=problems(*STAFF_ONLY, "not_found", "malformed"))
async def change_space(space_id: Id, wanted: SpaceChange, who: SignedIn) -> SpaceView:
    """Say for how many people a space is. Nobody books it for more from now on; what is booked stays."""
    desk = who.desk

    def act() -> SpaceView:
        with desk.sessions.begin() as session:
            actor = who.staff(session, *_MAKERS).audit_id
            changed = spaces_service.set_capacity(
                session, space_id=space_id, capacity=wanted.capacity, actor=actor, now=desk.clock.now()
            )
            return SpaceView.of(changed)

    return await desk.backroom.write(act)


@router.post(
    "/{space_id}/closures",
    status_code=201,
    response_model=ClosureView,
    responses=problems(
        *STAFF_ONLY, "not_found", "slot_taken", "in_ballot", "in_maintenance", "malformed", "idempotency_key_reused"
    ),
)
async def close_space(space_id: Id, closure: NewClosure, who: SignedIn, attempt: Repeatable) -> Response:
    """Let nobody book a space, or anything that is part of it, for a time."""
    desk = who.desk

    def act() -> Response:
        with desk.sessions.begin() as session:
            member, now = who.staff(session, *_CLOSERS), desk.clock.now()
            if told := attempt.recall(session, member_id=member.id):
                return told
            space = spaces.space(session, space_id)
            closure_id = spaces_service.close(
                session, space=space, span=closure.span, reason=closure.reason, actor=member.audit_id, now=now
            )
            view = ClosureView(id=closure_id, space_id=space.id, **closure.model_dump())
            return attempt.keep(session, member_id=member.id, status=201, view=view, now=now)

    return await desk.backroom.write(act)


@router.delete("/{space_id}/closures/{closure_id}", status_code=204, responses=problems(*STAFF_ONLY, "not_found"))
async def reopen_space(space_id: Id, closure_id: Id, who: SignedIn) -> None:
    """End a closure."""
    desk = who.desk

    def act() -> None:
        with desk.sessions.begin() as session:
            member = who.staff(session, *_CLOSERS)
            space = spaces.space(session, space_id)
            spaces_service.reopen(
                session, space=space, closure_id=closure_id, actor=member.audit_id, now=desk.clock.now()
            )

    await desk.backroom.write(act)
