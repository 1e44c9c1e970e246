"""The phones on which a member can show a pass at a kiosk, with no network."""

from dataclasses import replace

from fastapi import Response

from api.deps import Id, Paged, SignedIn
from api.idempotency import Repeatable
from api.member.passwords import proven
from api.member.phone_views import PhoneView, PhoneWish
from api.openapi import SIGNED_IN, problems
from api.signpost import Doors
from api.views import Items, behind, items
from gateway.credentials import phones
from gateway.credentials.passes import PublicKey
from gateway.members.model import Member

router = Doors("/me/phones", tags=["pins"])


@router.get("", responses=problems(*SIGNED_IN, "not_found", "malformed"))
async def list_phones(who: SignedIn, page: Paged) -> Items[PhoneView]:
    """Every phone whose passes count, the newest first. One that was signed out, or away for a week, is none."""

    def look() -> Items[PhoneView]:
        with who.desk.sessions.read() as session:
            found = phones.phones_of(session, member_id=who.member(session).id, now=who.desk.clock.now())
            rest = behind(found, page, name=lambda phone: phone.id)
            return items(
                rest, page, view=lambda phone: PhoneView.of(phone, who.session_name), name=lambda phone: phone.id
            )

    return await who.desk.backroom.read(look)


@router.post(
    "",
    status_code=201,
    response_model=PhoneView,
    responses=problems(
        *SIGNED_IN,
        "wrong_credentials",
        "too_many_phones",
        "malformed",
        "idempotency_key_reused",
        "too_many_attempts",
        "busy",
    ),
)
async def register_phone(wish: PhoneWish, who: SignedIn, attempt: Repeatable) -> Response:
    """Let this phone show passes, once the password was given anew. They count for as long as it stays signed in."""
    desk, key = who.desk, PublicKey.read(wish.public_key)

    def look() -> Member:
        with desk.sessions.read() as session:
            return who.member(session)

    member_no = (await desk.backroom.read(look)).member_no
    await proven(desk, member_no=member_no, password=wish.password)
    # What is kept of a request must not help anybody guess its password.
    told = replace(attempt, body=wish.public_key.encode())

    def act() -> Response:
        with desk.sessions.begin() as session:
            member, now = who.member(session), desk.clock.now()
            if again := told.recall(session, member_id=member.id):
                return again
            phone = phones.register(
                session, member=member, session_hash=who.session_name, key=key, label=wish.label, now=now
            )
            view = PhoneView.of(phone, who.session_name)
            return told.keep(session, member_id=member.id, status=201, view=view, now=now)

    return await desk.backroom.write(act)


@router.delete("/{phone_id}", status_code=204, responses=problems(*SIGNED_IN, "not_found"))
async def remove_phone(phone_id: Id, who: SignedIn) -> Response:
    """Take a phone away: its passes count no more, and it is signed out, unless it is the one that asks."""
    desk = who.desk

    def act() -> str | None:
        with desk.sessions.begin() as session:
            return phones.remove(
                session,
                member=who.member(session),
                phone_id=phone_id,
                session_hash=who.session_name,
                now=desk.clock.now(),
            )

    if ended := await desk.backroom.write(act):
        desk.hub.sign_out(ended)
    return Response(status_code=204)
