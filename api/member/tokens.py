"""The programs that may ask in a member's name."""

from dataclasses import replace

from fastapi import Response
from fastapi.responses import JSONResponse

from api.deps import Id, Paged, SignedIn
from api.idempotency import Repeatable
from api.member.passwords import proven
from api.member.token_views import NewTokenView, TokenView, TokenWish
from api.openapi import SIGNED_IN, problems
from api.signpost import Doors
from api.views import Items, behind, items
from gateway.credentials import tokens
from gateway.members.model import Member

router = Doors("/tokens", tags=["tokens"])


@router.get("", responses=problems(*SIGNED_IN, "not_found", "malformed"))
async def list_tokens(who: SignedIn, page: Paged) -> Items[TokenView]:
    """The member's, the newest first, and for thirty days those that have ended. What a program shows is never told."""

    def look() -> Items[TokenView]:
        with who.desk.sessions.read() as session:
            found = tokens.tokens_of(session, member_id=who.member(session).id, now=who.desk.clock.now())
            rest = behind(found, page, name=lambda token: token.id)
            return items(rest, page, view=TokenView.of, name=lambda token: token.id)

    return await who.desk.backroom.read(look)


@router.post(
    "",
    status_code=201,
    response_model=NewTokenView,
    responses=problems(
        *SIGNED_IN,
        "not_allowed",
        "wrong_credentials",
        "token_ends_before",
        "token_ends_late",
        "token_ends_late_staff",
        "too_many_tokens",
        "malformed",
        "idempotency_key_reused",
        "too_many_attempts",
        "busy",
    ),
)
async def make_token(wish: TokenWish, who: SignedIn, attempt: Repeatable) -> Response:
    """Let a program ask in the member's name, once the password was given anew."""
    desk = who.desk

    def look() -> Member:
        with desk.sessions.read() as session:
            return who.member(session)

    member_no = (await desk.backroom.read(look)).member_no
    proof = await proven(desk, member_no=member_no, password=wish.password)
    # What is kept of a request must not help anybody guess its password.
    told = replace(attempt, body=wish.model_dump_json(exclude={"password"}).encode())

    def act() -> Response:
        with desk.sessions.begin() as session:
            member, now = who.member(session), desk.clock.now()
            if again := told.recall(session, member_id=member.id):
                return again
            token, shown = tokens.make(
                session,
                member=member,
                label=wish.label,
                rights=wish.rights,
                ends_at=wish.ends_at,
                password_hash=proof.member.password_hash,
                now=now,
            )
            kept = NewTokenView(**TokenView.of(token).model_dump(), token=None)
            told.keep(session, member_id=member.id, status=201, view=kept, now=now)
            return JSONResponse({**kept.model_dump(mode="json"), "token": shown}, status_code=201)

    return await desk.backroom.write(act)


@router.delete("/{token_id}", status_code=204, responses=problems(*SIGNED_IN, "not_found"))
async def end_token(token_id: Id, who: SignedIn) -> Response:
    """The program is let in no more, from now on."""
    desk = who.desk

    def act() -> str:
        with desk.sessions.begin() as session:
            member = who.member(session)
            return tokens.end(session, member=member, token_id=token_id, now=desk.clock.now())

    desk.hub.sign_out(await desk.backroom.write(act))
    return Response(status_code=204)
