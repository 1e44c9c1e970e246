"""Alerts, as JSON."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import Field, StringConstraints
from sqlalchemy.orm import Session

from api.views import Ask, Instant, View
from gateway.alerts import queries as alerts
from gateway.alerts.kinds import KINDS
from gateway.alerts.messages import sentence
from gateway.alerts.model import Alert, AlertLink, AlertState
from gateway.channels.model import Severity
from gateway.members.model import Language, Member

Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]


class AlertLinkView(View):
    """Something that an alert is about. `what`: bank, lock, device, rental, booking, zone …"""

    what: str
    id: str


class AlertView(View):
    """Something staff must know and do something about.

    `text`: what it is and what to do. `count`: how often it has become so or has happened. `since`: since when, the
    first time; `over_at`: since when it is not so any more (a happening is over at once). `latched`: it stays until a
    person clears it. `escalated_at`: since when it has been left alone for too long.
    """

    id: str
    kind: str
    severity: Severity
    state: AlertState
    text: str
    thing: str
    links: list[AlertLinkView]
    count: int
    latched: bool
    since: datetime
    raised_at: datetime
    last_at: datetime
    over_at: datetime | None
    escalated_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: str | None = Field(description="A member number.")
    shelved_until: datetime | None
    cleared_at: datetime | None
    cleared_by: str | None = Field(description="A member number; null when it was no longer so.")

    @classmethod
    def several(
        cls, session: Session, found: Sequence[Alert], *, language: Language, zone: ZoneInfo
    ) -> dict[str, Self]:
        """As this reader should read them, by id."""
        links = alerts.links(session, [one.id for one in found])
        people = {one.acknowledged_by_id for one in found} | {one.cleared_by_id for one in found}
        numbers = {one: session.get_one(Member, one).member_no for one in people if one}
        return {one.id: cls._of(one, links[one.id], numbers, language, zone) for one in found}

    @classmethod
    def of(cls, session: Session, one: Alert, *, language: Language, zone: ZoneInfo) -> Self:
        """As this reader should read it."""
        return cls.several(session, [one], language=language, zone=zone)[one.id]

    @classmethod
    def _of(
        cls, one: Alert, links: Sequence[AlertLink], numbers: dict[str, str], language: Language, zone: ZoneInfo
    ) -> Self:
        return cls(
            id=one.id,
            kind=one.kind,
            severity=one.severity,
            state=one.state,
            text=sentence(one, language, zone),
            thing=one.thing,
            links=[AlertLinkView(what=link.what, id=link.ref) for link in links],
            count=one.count,
            latched=KINDS[one.kind].latched,
            since=one.since_at,
            raised_at=one.raised_at,
            last_at=one.last_at,
            over_at=one.over_at,
            escalated_at=one.escalated_at,
            acknowledged_at=one.acknowledged_at,
            acknowledged_by=numbers.get(one.acknowledged_by_id or ""),
            shelved_until=one.shelved_until,
            cleared_at=one.cleared_at,
            cleared_by=numbers.get(one.cleared_by_id or ""),
        )


class AlertNote(Ask):
    """What was found or done, if somebody wants to say so: for the audit trail."""

    note: Note = ""


class AlertShelf(AlertNote):
    """Until when an alert is put aside, at most 30 days."""

    until: Instant
