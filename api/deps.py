"""What every door needs: the desk it stands at, who is asking, and under which key."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, ClassVar, Final, cast

from fastapi import Depends, Query, Request
from pydantic import AfterValidator
from sqlalchemy.orm import Session
from starlette.datastructures import Headers

from api.backroom import BackRoom
from api.kept import Kept
from api.line import Line
from api.live import Hub
from api.programs import rights_for
from api.turns import Turns
from api.wished_language import wished
from gateway.centre import Centre
from gateway.credentials import tokens
from gateway.credentials.rights import PREFIX, Right
from gateway.kit import audit
from gateway.kit.clock import Clock
from gateway.kit.db import Sessions
from gateway.kit.errors import NotFound, Refused
from gateway.members import queries as members
from gateway.members import service as members_service
from gateway.members.model import Language, Member, Role
from gateway.members.passwords import Hasher
from gateway.members.rules import is_staff
from gateway.telemetry.store import ReadingStore
from gateway.usage.busy import Busy

_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,32}")


@dataclass(frozen=True)
class Desk:
    """The front desk: everything that the doors of one program share."""

    centre: Centre
    backroom: BackRoom
    hub: Hub
    line: Line
    hasher: Hasher
    readings: ReadingStore
    turns: Turns  # at trying a password, by member number
    busy: Kept[tuple[Busy, datetime]]  # how full the centre is
    metrics: Kept[bytes]  # as a monitoring program reads them
    look_again_s: float  # how often a stream's reader is looked at again; so that none reads on after signing out

    @property
    def sessions(self) -> Sessions:
        """Where transactions begin."""
        return self.centre.sessions

    @property
    def clock(self) -> Clock:
        """The centre's."""
        return self.centre.clock

    @property
    def cookie(self) -> str:
        """The session cookie's name. `__Host-` makes browsers insist on TLS and on this very host."""
        return "__Host-hearth" if self.centre.settings.http.secure else "hearth"

    def who_is(self, token: str) -> Member | None:
        """Whose session this is, by a look of its own. Blocks: call it in the back room."""
        with self.sessions.read() as session:
            visitor = members.signed_in(session, token=token, now=self.clock.now())
            return visitor.member if visitor else None

    def is_gateway_away(self) -> bool:
        """Nobody would take an unlock just now."""
        return self.hub.gateway_trouble(self.clock.monotonic()) is not None


@dataclass
class Caller:
    """Somebody with a session's token; whether it is good shows in the transaction that acts on it."""

    desk: Desk
    request: Request
    token: str = field(repr=False)

    is_program: ClassVar[bool] = False  # which is told nothing that opens or signs in by itself

    @property
    def session_name(self) -> str:
        """Stands for the session where its token must not."""
        return members.token_hash(self.token)

    def member(self, session: Session) -> Member:
        """Who is asking, as it stands in this transaction.

        Raises Refused("not_signed_in"), and Refused("password_must_be_set") while they still have a one-time code.
        """
        member = self.account(session)
        if member.password_ends_at is not None:
            raise Refused("password_must_be_set")
        return member

    def staff(self, session: Session, *roles: Role) -> Member:
        """Like `member`; raises Refused("not_allowed") for whoever is none of `roles`."""
        member = self.member(session)
        if member.role not in roles:
            raise Refused("not_allowed")
        return member

    def account(self, session: Session) -> Member:
        """Like `member`, for what can be done with a one-time code too."""
        visitor = members.signed_in(session, token=self.token, now=self.desk.clock.now())
        if visitor is None:
            raise Refused("not_signed_in")
        self.speaks_with(visitor.member)
        if visitor.is_seen_anew:
            self.desk.backroom.later(self._note_seen)
        return visitor.member

    def speaks_with(self, member: Member) -> None:
        """What is said from here on is said in the language they chose, else in what their browser asks for."""
        self.request.state.language = member.chosen_language or wished(self.request)

    def hears_as_staff(self, member: Member) -> bool:
        """Whether they are told what concerns the whole house."""
        return is_staff(member.role)

    @property
    def language(self) -> Language:
        """In which to speak to whoever is asking, once they are known."""
        spoken: Language = self.request.state.language
        return spoken

    def signed_in_at(self, session: Session) -> datetime:
        """When the password was given here, for a caller who is known to be signed in."""
        return members.signed_in_at(session, token=self.token)

    def _note_seen(self) -> None:
        with self.desk.sessions.begin() as session:
            members_service.note_seen(session, token=self.token, now=self.desk.clock.now())


@dataclass
class ProgramCaller(Caller):
    """A program with a member's token, who asks as that member does, as far as the token's rights go."""

    is_program: ClassVar[bool] = True
    _rights: frozenset[Right] = frozenset()  # which the token gives, once it was looked at

    def account(self, session: Session) -> Member:
        """Whose program it is. Raises Refused: `token_unknown`, `people_alone`, `right_missing` with its `right`."""
        found = tokens.program(session, shown=self.token, now=self.desk.clock.now())
        if found is None:
            raise Refused("token_unknown")
        self.speaks_with(found.member)
        needed = rights_for(self.request.method, self.request.scope["route"].path)
        if needed is None:
            raise Refused("people_alone")
        self._rights = found.rights
        audit.by_program(session, actor=found.member.audit_id, program=found.token.id)
        self._need(*sorted(needed))
        if found.is_used_anew:
            token_id = found.token.id  # afterwards it could not be asked for: a refusal leaves the row to no session
            self.desk.backroom.later(lambda: self._note_used(token_id))
        return found.member

    def staff(self, session: Session, *roles: Role) -> Member:
        """Like a person, if the token is for what staff do."""
        member = super().staff(session, *roles)
        self._need(Right.STAFF)
        return member

    def hears_as_staff(self, member: Member) -> bool:
        """Like a person, if the token is for what staff do."""
        return Right.STAFF in self._rights and is_staff(member.role)

    def _need(self, *rights: Right) -> None:
        for right in rights:
            if right not in self._rights:
                raise Refused("right_missing", right=right)

    def _note_used(self, token_id: str) -> None:
        with self.desk.sessions.begin() as session:
            tokens.note_used(session, token_id=token_id, now=self.desk.clock.now())


@dataclass(frozen=True)
class Page:
    """Which part of a list is wanted: at most `limit`, beginning behind the item that `after` names."""

    limit: int
    after: str | None


def desk_of(request: Request) -> Desk:
    """The desk of the program that got this request."""
    return cast("Desk", request.app.state.desk)


def token_of(request: Request, desk: Desk) -> str:
    """The session's token that came along; empty when none did, or when a program asks: then no cookie counts."""
    return "" if bearer_of(request.headers) is not None else request.cookies.get(desk.cookie, "")


def bearer_of(headers: Headers) -> str | None:
    """What a program or a kiosk shows (RFC 6750); None: nothing, as browsers do."""
    scheme, _, shown = headers.get("authorization", "").partition(" ")
    return shown.strip() if scheme.lower() == "bearer" else None


# FastAPI calls a plain function on a thread of its own, which costs more than all of these do; so they are async.


async def at_desk(request: Request) -> Desk:
    """Where a request is dealt with."""
    return desk_of(request)


async def caller(request: Request, desk: Annotated[Desk, Depends(at_desk)]) -> Caller:
    """Whoever's program or browser it is.

    Raises at once Refused("not_signed_in") when nothing came to look at, and Refused("token_unknown") for what is none.
    """
    shown = bearer_of(request.headers)
    if shown is not None:
        if not shown.startswith(PREFIX):
            raise Refused("token_unknown")
        return ProgramCaller(desk, request, shown)
    token = token_of(request, desk)
    if not token:
        raise Refused("not_signed_in")
    return Caller(desk, request, token)


async def page(
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    after: Annotated[str | None, Query(max_length=200, pattern=r"^[A-Za-z0-9._-]+$")] = None,
) -> Page:
    """`?limit=&after=` of every list."""
    return Page(limit, after)


def _plain(thing: str) -> str:
    if not _ID.fullmatch(thing):
        raise NotFound("page")
    return thing


Id = Annotated[str, AfterValidator(_plain)]  # in a path; what cannot be an id is simply not there
AtDesk = Annotated[Desk, Depends(at_desk)]
SignedIn = Annotated[Caller, Depends(caller)]
Paged = Annotated[Page, Depends(page)]
