"""Signing in and out."""

from dataclasses import replace
from typing import Final

from fastapi import Request, Response
from fastapi.responses import JSONResponse

from api.deps import AtDesk, Desk, SignedIn, token_of
from api.idempotency import Attempt, Repeatable
from api.member.account_views import Me, SignIn
from api.member.passwords import Proof, proven
from api.openapi import problems
from api.signpost import Doors
from api.wished_language import wished
from gateway.members import queries as members
from gateway.members import service as members_service
from gateway.members.model import Language

router = Doors("/session", tags=["session"])

_COOKIE_S: Final = 30 * 24 * 3600  # as long as a session can be; the server ends it earlier where it must
SIGN: Final = "hearth-signed-in"
"""The cookie beside the session's, which no page can read: it tells a page that there is a session to ask about."""
_NOBODY: Final = "sign-in"  # whose idempotency keys these are: before signing in there is no member


@router.post(
    "",
    response_model=Me,
    responses=problems("wrong_credentials", "malformed", "idempotency_key_reused", "too_many_attempts", "busy"),
)
async def sign_in(asked: SignIn, request: Request, desk: AtDesk, attempt: Repeatable) -> Response:
    """Sign in with member number and password. Answers with the account and sets the session's cookie."""
    proof = await proven(desk, member_no=asked.member_no, password=asked.password)
    # The key stands for the number alone: what is kept of a request must not help anybody guess its password.
    attempt = replace(attempt, body=asked.member_no.encode())
    left = token_of(request, desk)
    token, me = await desk.backroom.write(
        lambda: _begin(desk, proof, attempt, left_token=left, language=wished(request))
    )
    if left:
        desk.hub.sign_out(members.token_hash(left))
    request.state.language = me.language
    return with_cookie(desk, JSONResponse(me.model_dump(mode="json")), token)


@router.get("", responses=problems("not_signed_in"))
async def read_session(who: SignedIn) -> Me:
    """Who is signed in here."""

    def look() -> Me:
        with who.desk.sessions.read() as session:
            return Me.of(who.account(session), language=who.language)

    return await who.desk.backroom.read(look)


@router.delete("", status_code=204)
async def sign_out(request: Request, desk: AtDesk) -> Response:
    """Sign out here. Harmless when nobody is signed in."""
    token = token_of(request, desk)

    def act() -> None:
        with desk.sessions.begin() as session:
            members_service.end_session(session, token=token, now=desk.clock.now())

    if token:
        await desk.backroom.write(act)
        desk.hub.sign_out(members.token_hash(token))
    return without_cookie(desk, Response(status_code=204))


def without_cookie(desk: Desk, answer: Response) -> Response:
    """The same, and the browser forgets its session."""
    secure = desk.centre.settings.http.secure
    answer.delete_cookie(SIGN, path="/", secure=secure, samesite="lax")
    answer.delete_cookie(desk.cookie, path="/", secure=secure, httponly=True, samesite="lax")
    return answer


def _begin(desk: Desk, proof: Proof, attempt: Attempt, *, left_token: str, language: Language) -> tuple[str, Me]:
    """Begin a session, in place of the one that this browser had."""
    with desk.sessions.begin() as session:
        now = desk.clock.now()
        token = members_service.begin_session(session, member=proof.member, now=now)
        members_service.end_session(session, token=left_token, now=now)
        members_service.clear_wrong_passwords(session, member_no=proof.member.member_no)
        if proof.renewed_hash is not None:
            members_service.renew_hash(session, member=proof.member, password_hash=proof.renewed_hash)
        me = Me.of(proof.member, language=language)
        if attempt.recall(session, member_id=_NOBODY) is None:
            attempt.keep(session, member_id=_NOBODY, status=200, view=me, now=now)
    return token, me


def with_cookie(desk: Desk, answer: Response, token: str) -> Response:
    """The same answer, and the session's cookie with it."""
    secure = desk.centre.settings.http.secure
    answer.set_cookie(SIGN, "yes", max_age=_COOKIE_S, path="/", secure=secure, samesite="lax")
    answer.set_cookie(desk.cookie, token, max_age=_COOKIE_S, path="/", secure=secure, httponly=True, samesite="lax")
    return answer
