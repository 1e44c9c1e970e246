"""Letting somebody else open a compartment, and what others let one open."""

from fastapi import Response

from api.deps import Id, Paged, SignedIn
from api.idempotency import Repeatable
from api.member.share_views import NewShare, ShareView
from api.openapi import SIGNED_IN, problems
from api.signpost import Doors
from api.views import Items, behind, items
from gateway.lockers import shares

router = Doors(tags=["shares"])

_OWN = (*SIGNED_IN, "not_found")


@router.post(
    "/rentals/{rental_id}/shares",
    status_code=201,
    response_model=ShareView,
    responses=problems(
        *_OWN,
        "assigned_by_staff",
        "rental_ended",
        "rental_overdue",
        "policy.share_within_rental",
        "policy.max_shares",
        "already_shared",
        "shared_with_oneself",
        "malformed",
        "idempotency_key_reused",
    ),
)
async def share_rental(rental_id: Id, wanted: NewShare, who: SignedIn, attempt: Repeatable) -> Response:
    """Let another member open one's compartment. They are told."""
    desk = who.desk

    def act() -> Response:
        with desk.sessions.begin() as session:
            member, now = who.member(session), desk.clock.now()
            if told := attempt.recall(session, member_id=member.id):
                return told
            shared = shares.share(
                session,
                rental_id=rental_id,
                holder=member,
                with_member_no=wanted.member_no,
                once=wanted.once,
                until=wanted.until,
                now=now,
            )
            return attempt.keep(session, member_id=member.id, status=201, view=ShareView.of(shared), now=now)

    return await desk.backroom.write(act)


@router.get("/rentals/{rental_id}/shares", responses=problems(*_OWN, "malformed"))
async def list_shares(rental_id: Id, who: SignedIn, page: Paged) -> Items[ShareView]:
    """Who else may open it now."""

    def look() -> Items[ShareView]:
        with who.desk.sessions.read() as session:
            member, now = who.member(session), who.desk.clock.now()
            found = shares.shares_of(session, rental_id=rental_id, holder=member, now=now)
            rest = behind(found, page, name=lambda share: share.grant.id)
            return items(rest, page, view=ShareView.of, name=lambda share: share.grant.id)

    return await who.desk.backroom.read(look)


@router.delete("/rentals/{rental_id}/shares/{share_id}", status_code=204, responses=problems(*_OWN))
async def revoke_share(rental_id: Id, share_id: Id, who: SignedIn) -> Response:
    """Take it back: nothing is signed for it from now on."""
    desk = who.desk

    def act() -> None:
        with desk.sessions.begin() as session:
            member = who.member(session)
            shares.revoke(session, rental_id=rental_id, share_id=share_id, holder=member, now=desk.clock.now())

    await desk.backroom.write(act)
    return Response(status_code=204)


@router.get("/shares", responses=problems(*_OWN, "malformed"))
async def list_shared_with_me(who: SignedIn, page: Paged) -> Items[ShareView]:
    """What others let the reader open: `POST /unlocks` with its `lock_id`."""

    def look() -> Items[ShareView]:
        with who.desk.sessions.read() as session:
            found = shares.shared_with(session, member=who.member(session), now=who.desk.clock.now())
            rest = behind(found, page, name=lambda share: share.grant.id)
            return items(rest, page, view=ShareView.of, name=lambda share: share.grant.id)

    return await who.desk.backroom.read(look)
