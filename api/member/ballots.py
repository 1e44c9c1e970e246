"""Taking part where times are given by lot."""

from fastapi import Response

from api.ballot_views import BallotRecord, BallotView, EntryView, NewEntry
from api.deps import Id, Paged, SignedIn
from api.idempotency import Keyed
from api.member.bookings import POLICY
from api.openapi import SIGNED_IN, problems
from api.signpost import Doors
from api.views import Items, behind, items
from gateway.ballots import queries as ballots
from gateway.ballots import service as ballots_service
from gateway.ballots.model import BallotState
from gateway.kit.errors import Conflict
from gateway.spaces import queries as spaces

router = Doors(tags=["bookings"])

_AHEAD = {
    "policy.days_ahead",
    "policy.opens_at",
    "policy.week_opens_at",
    "policy.ballot_closes_at",
    "policy.low_credit_days_ahead",
}
_TAKEN = {"slot_taken", "in_ballot", "in_maintenance"}


@router.get("/ballots", responses=problems(*SIGNED_IN, "not_found", "malformed"))
async def list_ballots(who: SignedIn, page: Paged) -> Items[BallotView]:
    """Those whose times are not over, drawn or not, the first to close first."""
    return await _listed(who, page, None)


@router.get("/spaces/{space_id}/ballots", responses=problems(*SIGNED_IN, "not_found", "malformed"))
async def list_ballots_of_space(space_id: Id, who: SignedIn, page: Paged) -> Items[BallotView]:
    """The same of one space: those that give some of it."""
    return await _listed(who, page, space_id)


@router.get("/ballots/{ballot_id}", responses=problems(*SIGNED_IN, "not_found"))
async def read_ballot(ballot_id: Id, who: SignedIn) -> BallotView:
    """One of them, called off or over too."""

    def look() -> BallotView:
        with who.desk.sessions.read() as session:
            member = who.member(session)
            return BallotView.of(session, ballots.ballot(session, ballot_id), member_id=member.id)

    return await who.desk.backroom.read(look)


@router.get("/ballots/{ballot_id}/record", responses=problems(*SIGNED_IN, "not_found", "ballot_not_drawn"))
async def read_ballot_record(ballot_id: Id, who: SignedIn) -> BallotRecord:
    """All that the draw came from and came to, without anybody's name: draw it again, and it comes to the same."""

    def look() -> BallotRecord:
        with who.desk.sessions.read() as session:
            who.member(session)
            ballot = ballots.ballot(session, ballot_id)
            if ballot.state is not BallotState.DRAWN:
                raise Conflict("ballot_not_drawn")
            return BallotRecord.of(ballot)

    return await who.desk.backroom.read(look)


@router.post(
    "/ballots/{ballot_id}/entries",
    status_code=201,
    response_model=EntryView,
    responses=problems(
        *SIGNED_IN,
        *(code for code in POLICY if code not in _AHEAD | _TAKEN),
        "not_found",
        "ballot_closed",
        "already_handed_in",
        "malformed",
        "idempotency_key_missing",
        "idempotency_key_reused",
    ),
)
async def hand_in_wishes(ballot_id: Id, wanted: NewEntry, who: SignedIn, attempt: Keyed) -> Response:
    """Take part: one lot each, with up to three times that would do. When one does so does not matter."""
    desk = who.desk

    def act() -> Response:
        with desk.sessions.begin() as session:
            member, now = who.member(session), desk.clock.now()
            if told := attempt.recall(session, member_id=member.id):
                return told
            whole = ballots.ballot(session, ballot_id).space_id
            entry = ballots_service.hand_in(
                session,
                ballot_id=ballot_id,
                member=member,
                wishes=[(wish.space_id or whole, wish.span) for wish in wanted.wishes],
                guests=wanted.guests or 0,
                policy=desk.centre.booking_policy,
                now=now,
            )
            return attempt.keep(session, member_id=member.id, status=201, view=EntryView.of(session, entry), now=now)

    return await desk.backroom.write(act)


@router.delete(
    "/ballots/{ballot_id}/entries/{entry_id}",
    status_code=204,
    responses=problems(*SIGNED_IN, "not_found", "ballot_closed"),
)
async def withdraw_wishes(ballot_id: Id, entry_id: Id, who: SignedIn) -> None:
    """Take part no longer, or hand in something else afterwards."""
    desk = who.desk

    def act() -> None:
        with desk.sessions.begin() as session:
            member, now = who.member(session), desk.clock.now()
            ballots_service.withdraw(session, ballot_id=ballot_id, entry_id=entry_id, member=member, now=now)

    await desk.backroom.write(act)


async def _listed(who: SignedIn, page: Paged, space_id: str | None) -> Items[BallotView]:
    def look() -> Items[BallotView]:
        with who.desk.sessions.read() as session:
            member = who.member(session)
            if space_id is not None:
                spaces.space(session, space_id)
            found = ballots.ballots(session, now=who.desk.clock.now(), space_id=space_id)
            rest = behind(found, page, name=lambda ballot: ballot.id)
            return items(
                rest,
                page,
                view=lambda ballot: BallotView.of(session, ballot, member_id=member.id),
                name=lambda ballot: ballot.id,
            )

    return await who.desk.backroom.read(look)
