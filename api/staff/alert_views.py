"""Alerts, as JSON."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Final, Self
from zoneinfo import ZoneInfo

from pydantic import Field, StringConstraints
from sqlalchemy.orm import Session

from api.views import Ask, InBothLanguages, Instant, View, name_of
from gateway.alerts import queries as alerts
from gateway.alerts.kinds import house
from gateway.alerts.messages import sentence
from gateway.alerts.model import Alert, AlertLink, AlertState
from gateway.channels.model import Severity
from gateway.maintenance.names import Name
from gateway.members.model import Language, Member, Role
from gateway.staff import alerts as places
from gateway.staff.alerts import By, Had

Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]


READERS_OF_BOOKINGS: Final = (Role.DESK, Role.MANAGER)


class AlertLinkView(View):
    """Something that an alert is about. `what`: bank, lock, device, rental, booking, zone …

    `name` null: it has none.
    """

    what: str
    id: str
    name: InBothLanguages | None


class AlertTouches(View):
    """A booking or a rental that an alert touches. `name`: of the space or compartment; `until` null: without an end.

    `member_no` and `member_name` are null where staff hold it, and of a booking for whoever may not read bookings.
    """

    by: By
    id: str
    name: InBothLanguages
    from_at: datetime = Field(alias="from")
    until: datetime | None
    member_no: str | None
    member_name: str | None

    @classmethod
    def of(cls, had: Had, reader: Member) -> Self:
        """As this reader may see it."""
        may_read = had.by is By.RENTAL or reader.role in READERS_OF_BOOKINGS
        holder = had.holder if may_read else None
        return cls.model_validate(
            {
                "by": had.by,
                "id": had.id,
                "name": name_of(had.name["zh-CN"], had.name["en"]),
                "from": had.from_at,
                "until": had.until_at,
                "member_no": holder.member_no if holder else None,
                "member_name": holder.name if holder else None,
            }
        )


class AlertView(View):
    """Something staff must know and do something about.

    `text`: what it is and what to do. `count`: how often it has become so or has happened. `since`: since when, the
    first time; `over_at`: since when it is not so any more (a happening is over at once). `latched`: it stays until a
    person clears it. `escalated_at`: since when it has been left alone for too long. `links`: where it is, by name.
    `touches`: what somebody had booked or rented there when it happened.
    """

    id: str
    kind: str
    severity: Severity
    state: AlertState
    text: str
    thing: str
    links: list[AlertLinkView]
    touches: list[AlertTouches]
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
        cls, session: Session, found: Sequence[Alert], *, reader: Member, language: Language, zone: ZoneInfo
    ) -> dict[str, Self]:
        """As this reader should read them, by id."""
        links = alerts.links(session, [one.id for one in found])
        people = {one.acknowledged_by_id for one in found} | {one.cleared_by_id for one in found}
        numbers = {one: session.get_one(Member, one).member_no for one in people if one}
        called = places.names_of(session, (link for some in links.values() for link in some))
        had = places.had_by(session, found, links)
        return {
            one.id: cls._of(
                one,
                numbers,
                links=[_link(link, called.get((link.what, link.ref))) for link in links[one.id]],
                touches=[AlertTouches.of(what, reader) for what in had[one.id]],
                text=sentence(one, language, zone),
            )
            for one in found
        }

    @classmethod
    def of(cls, session: Session, one: Alert, *, reader: Member, language: Language, zone: ZoneInfo) -> Self:
        """As this reader should read it."""
        return cls.several(session, [one], reader=reader, language=language, zone=zone)[one.id]

    @classmethod
    def _of(
        cls,
        one: Alert,
        numbers: dict[str, str],
        *,
        links: list[AlertLinkView],
        touches: list[AlertTouches],
        text: str,
    ) -> Self:
        return cls(
            id=one.id,
            kind=one.kind,
            severity=one.severity,
            state=one.state,
            text=text,
            thing=one.thing,
            links=links,
            touches=touches,
            count=one.count,
            latched=house(one.kind).latched,
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


def _link(link: AlertLink, name: Name | None) -> AlertLinkView:
    return AlertLinkView(what=link.what, id=link.ref, name=name_of(name["zh-CN"], name["en"]) if name else None)
