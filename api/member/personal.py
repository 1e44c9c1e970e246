"""What is kept about a member, for the member; and being forgotten."""

from fastapi import Response
from fastapi.responses import JSONResponse

from api.deps import SignedIn
from api.member.passwords import proven
from api.member.personal_views import Farewell, PersonalData
from api.member.session import without_cookie
from api.openapi import SIGNED_IN, problems
from api.signpost import Doors
from gateway.members.model import Member
from gateway.personal import queries
from gateway.personal import service as personal

router = Doors("/me", tags=["me"])


@router.get("/export", response_model=PersonalData, responses=problems(*SIGNED_IN))
async def export_me(who: SignedIn) -> Response:
    """Everything that is kept about the reader, as a file to keep: one JSON document."""
    desk = who.desk

    def look() -> PersonalData:
        with desk.sessions.read() as session:
            member = who.member(session)
            told = queries.everything_about(session, member)
            return PersonalData.of(member, told, site=desk.centre.settings.site, now=desk.clock.now())

    found = await desk.backroom.read(look)
    headers = {"Content-Disposition": 'attachment; filename="hearth-me.json"'}
    return JSONResponse(found.model_dump(mode="json", by_alias=True), headers=headers)


@router.delete(
    "",
    status_code=204,
    responses=problems(
        "not_signed_in",
        "password_must_be_set",
        "wrong_credentials",
        "too_many_attempts",
        "busy",
        "malformed",
        "staff_not_erased",
        "things_held",
        "unlock_under_way",
        "ballot_closed",
    ),
)
async def erase_me(farewell: Farewell, who: SignedIn) -> Response:
    """Erase the reader: name, number, password, PINs, cards, sessions, notices. It cannot be undone.

    What is booked ahead is given back. What must stay is nobody's: see `at_erasure` in `GET /me/export`.
    """
    desk = who.desk

    def look() -> Member:
        with desk.sessions.read() as session:
            return who.member(session)

    member = await desk.backroom.read(look)
    await proven(desk, member_no=member.member_no, password=farewell.password)

    def act() -> None:
        with desk.sessions.begin() as session:
            personal.erase(session, member=who.member(session), policy=desk.centre.booking_policy, now=desk.clock.now())

    await desk.backroom.write(act)
    desk.hub.sign_out_others(member_id=member.id, session="")
    return without_cookie(desk, Response(status_code=204))
