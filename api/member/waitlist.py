"""Waiting for a time that somebody else has."""

import json
from datetime import datetime
from typing import Any, Self

from fastapi import Response
from sqlalchemy.orm import Session

from api.deps import Id, Paged, SignedIn
from api.idempotency import Keyed
from api.member.bookings import COUNTED, POLICY, booking_view
from api.openapi import SIGNED_IN, problems
from api.signpost import Doors
from api.space_views import BookingView, BookingWish
from api.views import InBothLanguages, Items, View, behind, items, name_of
from gateway.bookings import lines, waitlist
from gateway.bookings import service as bookings_service
from gateway.bookings.waits import Line, Wait, WaitState
from gateway.spaces import queries as spaces

router = Doors("/waitlist", tags=["bookings"])


class LineView(View):
    """Those who stand in line for what opens at that instant.

    `commitment` is the SHA-256 of the seed by which their order is drawn then; null `drawn_at`: it is not yet.
    """

    id: str
    opens_at: datetime
    commitment: str
    drawn_at: datetime | None

    @classmethod
    def of(cls, line: Line) -> Self:
        """As the row says."""
        return cls(id=line.id, opens_at=line.opens_at, commitment=line.commitment, drawn_at=line.drawn_at)


class DrawnLineView(LineView):
    """The same, with all that the order was drawn from and came to; null: it was not drawn yet."""

    record: dict[str, Any] | None

    @classmethod
    def of(cls, line: Line) -> Self:
        """As the row says."""
        record = json.loads(line.record) if line.record else None
        return cls(**LineView.of(line).model_dump(), record=record)


class WaitView(View):
    """Somebody who waits. `position` 1 is next; null: it is their turn now, it is not drawn yet, or they wait no more.

    `line`: in which they stand, or stood, before the time opened; null: in none. While it is OFFERED the time is held
    for them until `offer_until`, and for nobody else.
    """

    id: str
    state: WaitState
    space_id: str
    space_name: InBothLanguages
    starts_at: datetime
    ends_at: datetime
    guests: int
    position: int | None
    offer_until: datetime | None
    line: LineView | None

    @classmethod
    def of(cls, session: Session, wait: Wait) -> Self:
        """As it stands."""
        space = spaces.space(session, wait.space_id)
        return cls(
            id=wait.id,
            state=wait.state,
            space_id=wait.space_id,
            space_name=name_of(space.name_zh, space.name_en),
            starts_at=wait.starts_at,
            ends_at=wait.ends_at,
            guests=wait.guests,
            position=waitlist.position(session, wait),
            offer_until=wait.offer_until,
            line=LineView.of(lines.line(session, wait.line_id)) if wait.line_id else None,
        )


@router.post(
    "",
    status_code=201,
    response_model=WaitView,
    responses=problems(
        *SIGNED_IN,
        *(code for code in POLICY if code != "slot_taken"),
        "policy.most_waits",
        "wait_closed",
        "slot_free",
        "already_waiting",
        "not_found",
        "malformed",
        "idempotency_key_missing",
        "idempotency_key_reused",
    ),
)
async def join_waitlist(wish: BookingWish, who: SignedIn, attempt: Keyed) -> Response:
    """Wait for a time that is taken: whoever has waited longest is offered it first, all of it or nothing.

    Or stand in line for one that opens within a day: at that instant the order is drawn, and it is offered in turn.
    """
    desk = who.desk

    def act() -> Response:
        with desk.sessions.begin() as session:
            member, now = who.member(session), desk.clock.now()
            if told := attempt.recall(session, member_id=member.id):
                return told
            wait = waitlist.join(
                session,
                member=member,
                space_id=wish.space_id,
                span=wish.span,
                guests=wish.guests or 0,
                policy=desk.centre.booking_policy,
                now=now,
            )
            view = WaitView.of(session, wait)
            return attempt.keep(session, member_id=member.id, status=201, view=view, now=now)

    return await desk.backroom.write(act)


@router.get("", responses=problems(*SIGNED_IN, "not_found", "malformed"))
async def list_waits(who: SignedIn, page: Paged) -> Items[WaitView]:
    """What the member waits for, the soonest first."""

    def look() -> Items[WaitView]:
        with who.desk.sessions.read() as session:
            mine = waitlist.waits_of(session, member_id=who.member(session).id)
            rest = behind(mine, page, name=lambda wait: wait.id)
            return items(rest, page, view=lambda wait: WaitView.of(session, wait), name=lambda wait: wait.id)

    return await who.desk.backroom.read(look)


@router.get("/lines/{line_id}", responses=problems(*SIGNED_IN, "not_found"))
async def read_line(line_id: Id, who: SignedIn) -> DrawnLineView:
    """A line, and once it is drawn the record, without anybody's name: draw it again, and it comes to the same."""

    def look() -> DrawnLineView:
        with who.desk.sessions.read() as session:
            who.member(session)
            return DrawnLineView.of(lines.line(session, line_id))

    return await who.desk.backroom.read(look)


@router.get("/{wait_id}", responses=problems(*SIGNED_IN, "not_found"))
async def read_wait(wait_id: Id, who: SignedIn) -> WaitView:
    """One of the member's own."""

    def look() -> WaitView:
        with who.desk.sessions.read() as session:
            wait = waitlist.wait_of(session, member_id=who.member(session).id, wait_id=wait_id)
            return WaitView.of(session, wait)

    return await who.desk.backroom.read(look)


@router.delete("/{wait_id}", responses=problems(*SIGNED_IN, "not_found", "wait_over"))
async def leave_waitlist(wait_id: Id, who: SignedIn) -> WaitView:
    """Wait no longer. What was held is offered to whoever is next."""
    desk = who.desk

    def act() -> WaitView:
        with desk.sessions.begin() as session:
            member = who.member(session)
            policy, now = desk.centre.booking_policy, desk.clock.now()
            wait = waitlist.leave(session, wait_id=wait_id, member=member, policy=policy, now=now)
            return WaitView.of(session, wait)

    return await desk.backroom.write(act)


@router.post(
    "/{wait_id}/accept",
    status_code=201,
    response_model=BookingView,
    responses=problems(
        *SIGNED_IN,
        *COUNTED,
        "not_found",
        "malformed",
        "wait_not_offered",
        "wait_over",
        "offer_lapsed",
        "idempotency_key_missing",
        "idempotency_key_reused",
    ),
)
async def accept_offer(wait_id: Id, who: SignedIn, attempt: Keyed) -> Response:
    """Take the time that is held. The booking has the wait's id. Send `{}`."""
    desk = who.desk

    def act() -> Response:
        with desk.sessions.begin() as session:
            member, now = who.member(session), desk.clock.now()
            if told := attempt.recall(session, member_id=member.id):
                return told
            booking = bookings_service.take_offer(
                session, wait_id=wait_id, member=member, policy=desk.centre.booking_policy, now=now
            )
            view = booking_view(session, booking)
            return attempt.keep(session, member_id=member.id, status=201, view=view, now=now)

    return await desk.backroom.write(act)
