"""Signing in with a passkey, and the passkeys that a member has."""

from fastapi import Request, Response
from fastapi.responses import JSONResponse

from api.deps import AtDesk, Desk, Id, Paged, SignedIn, token_of
from api.idempotency import Repeatable
from api.member.account_views import Me
from api.member.passkey_views import (
    MadePasskey,
    NewPasskeyQuestion,
    PasskeyName,
    PasskeyQuestion,
    PasskeyView,
    PasskeyWish,
    UsedPasskey,
)
from api.member.passwords import proven
from api.member.session import with_cookie
from api.openapi import SIGNED_IN, problems
from api.signpost import Doors
from api.views import Items, behind, items
from api.wished_language import wished
from gateway.credentials import passkeys
from gateway.credentials.ceremony import Site, bytes_of, text_of
from gateway.kit.errors import Refused
from gateway.members import queries as members
from gateway.members import service as members_service
from gateway.members.model import Language, Member

router = Doors(tags=["passkeys"])


@router.post("/session/passkey/options", responses=problems("passkey_needs_name", "busy"))
async def ask_for_passkey(request: Request, desk: AtDesk) -> PasskeyQuestion:
    """A challenge to sign in with. Whose passkey it will be, the authenticator says. Send `{}`."""
    site = _site(request, desk)

    def act() -> PasskeyQuestion:
        with desk.sessions.begin() as session:
            told = passkeys.challenge(session, session_hash=None, now=desk.clock.now())
            return PasskeyQuestion(challenge=text_of(told), site=site.name)

    return await desk.backroom.write(act)


@router.post(
    "/session/passkey",
    response_model=Me,
    responses=problems("passkey_refused", "passkey_needs_name", "wrong_credentials", "malformed", "busy"),
)
async def sign_in_with_passkey(used: UsedPasskey, request: Request, desk: AtDesk) -> Response:
    """Sign in. Answers with the account and sets the session's cookie. A challenge that was answered counts no more."""
    site, left = _site(request, desk), token_of(request, desk)
    token, me = await desk.backroom.write(lambda: _begin(desk, site, used, left_token=left, language=wished(request)))
    if left:
        desk.hub.sign_out(members.token_hash(left))
    request.state.language = me.language
    return with_cookie(desk, JSONResponse(me.model_dump(mode="json")), token)


@router.get("/me/passkeys", responses=problems(*SIGNED_IN, "not_found", "malformed"))
async def list_passkeys(who: SignedIn, page: Paged) -> Items[PasskeyView]:
    """The member's, the newest first."""

    def look() -> Items[PasskeyView]:
        with who.desk.sessions.read() as session:
            found = passkeys.passkeys_of(session, member_id=who.member(session).id)
            rest = behind(found, page, name=lambda passkey: passkey.id)
            return items(rest, page, view=PasskeyView.of, name=lambda passkey: passkey.id)

    return await who.desk.backroom.read(look)


@router.post(
    "/me/passkeys/options",
    responses=problems(*SIGNED_IN, "wrong_credentials", "passkey_needs_name", "malformed", "too_many_attempts", "busy"),
)
async def ask_for_new_passkey(wish: PasskeyWish, who: SignedIn) -> NewPasskeyQuestion:
    """A challenge to make a passkey with, in this session, once the password was given anew."""
    desk, site = who.desk, _site(who.request, who.desk)

    def look() -> Member:
        with desk.sessions.read() as session:
            return who.member(session)

    await proven(desk, member_no=(await desk.backroom.read(look)).member_no, password=wish.password)

    def act() -> NewPasskeyQuestion:
        with desk.sessions.begin() as session:
            member = who.member(session)
            told = passkeys.challenge(session, session_hash=who.session_name, now=desk.clock.now())
            return NewPasskeyQuestion(
                challenge=text_of(told),
                site=site.name,
                user_id=text_of(bytes.fromhex(member.id)),
                known=[one.credential_id for one in passkeys.passkeys_of(session, member_id=member.id)],
            )

    return await desk.backroom.write(act)


@router.post(
    "/me/passkeys",
    status_code=201,
    response_model=PasskeyView,
    responses=problems(
        *SIGNED_IN,
        "passkey_refused",
        "passkey_needs_name",
        "passkey_taken",
        "too_many_passkeys",
        "malformed",
        "idempotency_key_reused",
    ),
)
async def add_passkey(made: MadePasskey, who: SignedIn, attempt: Repeatable) -> Response:
    """Let the member sign in with it. The challenge counts no more, whatever comes of it."""
    desk, site = who.desk, _site(who.request, who.desk)

    def act() -> Response:
        from gateway.credentials import authenticator  # noqa: PLC0415 - 5 MiB, which a centre without passkeys spares

        challenge = bytes_of(made.challenge, "challenge")
        with desk.sessions.begin() as session:
            member = who.member(session)
            if told := attempt.recall(session, member_id=member.id):
                return told
            is_asked = passkeys.take_challenge(
                session, told=challenge, session_hash=who.session_name, now=desk.clock.now()
            )
        if not is_asked:
            raise Refused("passkey_refused")
        found = authenticator.made(
            site,
            challenge=challenge,
            credential_id=bytes_of(made.credential_id, "credential_id"),
            client_data=bytes_of(made.client_data, "client_data"),
            attestation=bytes_of(made.attestation, "attestation"),
        )
        with desk.sessions.begin() as session:
            member, now = who.member(session), desk.clock.now()
            passkey = passkeys.add(session, member=member, site=site, made=found, label=made.label, now=now)
            view = PasskeyView.of(passkey)
            return attempt.keep(session, member_id=member.id, status=201, view=view, now=now)

    return await desk.backroom.write(act)


@router.patch("/me/passkeys/{passkey_id}", responses=problems(*SIGNED_IN, "not_found", "malformed"))
async def rename_passkey(passkey_id: Id, name: PasskeyName, who: SignedIn) -> PasskeyView:
    """Call it something else."""

    def act() -> PasskeyView:
        with who.desk.sessions.begin() as session:
            member = who.member(session)
            return PasskeyView.of(passkeys.rename(session, member=member, passkey_id=passkey_id, label=name.label))

    return await who.desk.backroom.write(act)


@router.delete("/me/passkeys/{passkey_id}", status_code=204, responses=problems(*SIGNED_IN, "not_found"))
async def remove_passkey(passkey_id: Id, who: SignedIn) -> Response:
    """Nobody signs in with it from now on. Whoever has, stays signed in: a new password ends that."""

    def act() -> None:
        with who.desk.sessions.begin() as session:
            member = who.member(session)
            passkeys.remove(session, member=member, passkey_id=passkey_id, now=who.desk.clock.now())

    await who.desk.backroom.write(act)
    return Response(status_code=204)


def _begin(desk: Desk, site: Site, used: UsedPasskey, *, left_token: str, language: Language) -> tuple[str, Me]:
    """Begin a session, in place of the one that this browser had."""
    from gateway.credentials import authenticator  # noqa: PLC0415 - as above

    challenge, credential_id = bytes_of(used.challenge, "challenge"), bytes_of(used.credential_id, "credential_id")
    with desk.sessions.begin() as session:
        is_asked = passkeys.take_challenge(session, told=challenge, session_hash=None, now=desk.clock.now())
        known = passkeys.with_credential(session, credential_id=credential_id, site=site)
    if not is_asked or known is None:
        raise Refused("passkey_refused")
    count = authenticator.used(
        site,
        challenge=challenge,
        credential_id=credential_id,
        public_key=bytes_of(known.public_key, "public_key"),
        client_data=bytes_of(used.client_data, "client_data"),
        authenticator_data=bytes_of(used.authenticator_data, "authenticator_data"),
        signature=bytes_of(used.signature, "signature"),
    )
    with desk.sessions.begin() as session:
        now = desk.clock.now()
        member = passkeys.note_used(session, passkey_id=known.id, count=count, now=now)
        if member is not None:
            token = members_service.begin_session(session, member=member, now=now)
            members_service.end_session(session, token=left_token, now=now)
            return token, Me.of(member, language=language)
    raise Refused("passkey_refused")  # what was noted stays


def _site(request: Request, desk: Desk) -> Site:
    return Site.of(request.headers.get("host", ""), secure=desk.centre.settings.http.secure)
