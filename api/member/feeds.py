"""Bookings in people's own calendar programs."""

import hashlib
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from fastapi import Header, Query, Response
from fastapi.responses import JSONResponse
from sqlalchemy.orm import Session

from api.deps import AtDesk, Id, Paged, SignedIn
from api.idempotency import Repeatable
from api.member.feed_views import CalendarView, CalendarWish, NewCalendarView
from api.openapi import SIGNED_IN, problems
from api.signpost import Doors
from api.views import Items, behind, items
from gateway.activities import queries as activities
from gateway.bookings import feeds

router = Doors(tags=["calendars"])

_MEDIA_TYPE: Final = "text/calendar; charset=utf-8"
_SECOND: Final = timedelta(seconds=1)


@router.get("/me/calendars", responses=problems(*SIGNED_IN, "not_found", "malformed"))
async def list_calendars(who: SignedIn, page: Paged) -> Items[CalendarView]:
    """Every address at which a calendar program may read something of the member's, the newest first."""

    def look() -> Items[CalendarView]:
        with who.desk.sessions.read() as session:
            found = feeds.addresses_of(session, member_id=who.member(session).id)
            rest = behind(found, page, name=lambda address: address.id)
            return items(rest, page, view=CalendarView.of, name=lambda address: address.id)

    return await who.desk.backroom.read(look)


@router.post(
    "/me/calendars",
    status_code=201,
    response_model=NewCalendarView,
    responses=problems(
        *SIGNED_IN, "not_allowed", "not_found", "too_many_calendars", "malformed", "idempotency_key_reused"
    ),
)
async def make_calendar(wish: CalendarWish, who: SignedIn, attempt: Repeatable) -> Response:
    """Make an address for a calendar program: whoever has it reads bookings there, until it is ended."""
    desk = who.desk

    def act() -> Response:
        with desk.sessions.begin() as session:
            member, now = who.member(session), desk.clock.now()
            if told := attempt.recall(session, member_id=member.id):
                return told
            address, token = feeds.make_address(
                session, member=member, label=wish.label or "", space_id=wish.space_id, now=now
            )
            kept = NewCalendarView(**CalendarView.of(address).model_dump(), path=None)
            attempt.keep(session, member_id=member.id, status=201, view=kept, now=now)
            path = f"/api/v1/bookings.ics?token={token}"
            return JSONResponse({**kept.model_dump(mode="json"), "path": path}, status_code=201)

    return await desk.backroom.write(act)


@router.delete("/me/calendars/{calendar_id}", status_code=204, responses=problems(*SIGNED_IN, "not_found"))
async def end_calendar(calendar_id: Id, who: SignedIn) -> None:
    """End an address: it is not found from now on."""
    desk = who.desk

    def act() -> None:
        with desk.sessions.begin() as session:
            member = who.member(session)
            feeds.end_address(session, member=member, address_id=calendar_id, now=desk.clock.now())

    await desk.backroom.write(act)


@router.get(
    "/bookings.ics",
    response_class=Response,
    responses={
        200: {"content": {"text/calendar": {"schema": {"type": "string"}}}, "description": "iCalendar (RFC 5545)."},
        304: {"description": "It is as it was."},
        **problems("not_found", "malformed"),
    },
)
async def read_feed(
    desk: AtDesk,
    token: Annotated[str, Query(min_length=1, max_length=100)],
    known: Annotated[str | None, Header(alias="If-None-Match")] = None,
    since: Annotated[str | None, Header(alias="If-Modified-Since")] = None,
) -> Response:
    """The bookings that this address reads, and the activities that its reader has or had a place in; of a space all
    that keeps others out of it. What is ahead, and what was over or cancelled in the last thirty days."""
    settings, now = desk.centre.settings, desk.clock.now()

    def look() -> tuple[bytes, datetime]:
        from api import ical  # noqa: PLC0415 - 3 MiB, where no calendar program reads along

        with desk.sessions.read() as session:
            found = feeds.feed(session, token=token, now=now)
            scheduled, changed_at = _activities(session, found, now)
            body = ical.written(found, site=settings.site, zone=ZoneInfo(settings.zone), scheduled=scheduled)
            return body, changed_at

    body, changed_at = await desk.backroom.read(look)
    tag = f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'
    modified_at = _modified_at(changed_at, now)
    headers = {"ETag": tag}
    if now - modified_at > _SECOND:  # within one second a second change could not be told from the first
        headers["Last-Modified"] = format_datetime(modified_at, usegmt=True)
        if known is None and since is not None and _was_read_since(since, modified_at):
            return Response(status_code=304, headers=headers)
    if known is not None and tag in known:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=_MEDIA_TYPE, headers=headers)


def _activities(session: Session, found: feeds.Feed, now: datetime) -> tuple[list[activities.Scheduled], datetime]:
    """What takes place in a space, or what the reader signed up for; and when it or anything else last changed."""
    since = now - feeds.KEPT
    if found.space is not None:
        there = activities.times_in(session, space_ids=found.space_ids, since=since)
        return there, max([found.changed_at, *(one.changed_at for one in there)])
    attended = activities.times_of(session, member_id=found.reader.id, since=since)
    changed_at = activities.last_changed_at(session, member_id=found.reader.id)
    return attended, max(found.changed_at, changed_at or found.changed_at)


def _modified_at(changed_at: datetime, now: datetime) -> datetime:
    """To the second. Today's first moment at the earliest: what falls out of a feed, or is renamed, has no time."""
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return max(changed_at.astimezone(UTC).replace(microsecond=0), midnight)


def _was_read_since(since: str, modified_at: datetime) -> bool:
    try:
        read_at = parsedate_to_datetime(since)
        return read_at.replace(tzinfo=read_at.tzinfo or UTC) >= modified_at
    except (ValueError, OverflowError):
        return False  # what cannot be read asks for nothing
