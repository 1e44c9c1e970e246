"""Bookings, and what else has a space, as iCalendar (RFC 5545): the one place that knows the library."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard

from api.feed_words import (
    CALENDAR,
    CLOSED,
    GUESTS,
    IN_ORDER,
    OF_SPACE,
    OUT_OF_ORDER,
    REOPENED,
    SHUT,
    STATES,
    UNTIL_FURTHER_NOTICE,
    WHERE_TO_CHANGE,
)
from gateway.activities.queries import Scheduled
from gateway.bookings.feeds import Broken, Entry, Feed, Shut
from gateway.bookings.model import BookingState
from gateway.members.model import Language

_READ_AGAIN = timedelta(minutes=15)
_DAY = timedelta(days=1)
_LONG_AGO = datetime(1970, 1, 1)  # noqa: DTZ001 - a wall time, as onsets are

_STATUS = {BookingState.PENDING: "TENTATIVE", BookingState.CONFIRMED: "CONFIRMED"}


def written(feed: Feed, *, site: str, zone: ZoneInfo, scheduled: Sequence[Scheduled] = ()) -> bytes:
    """A feed, and the activities of its reader or its space. The same give the same bytes: no clock is asked.

    Times stand by the centre's clock, with a VTIMEZONE of every change of clocks between the first and the last.
    """
    language = feed.reader.language
    name = CALENDAR if feed.space is None else OF_SPACE
    title = name.sentence(language, {"space": _name(feed.space, language)})
    calendar = Calendar()
    calendar.add("prodid", "-//Hearth//Bookings//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("name", title)
    calendar.add("x-wr-calname", title)
    calendar.add("x-wr-timezone", zone.key)
    calendar.add("refresh-interval", _READ_AGAIN, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT15M")
    spans = [(entry.booking.starts_at, entry.booking.ends_at) for entry in feed.entries]
    spans += [(one.closure.starts_at, one.closure.ends_at) for one in feed.closures]
    spans += [(one.outage.starts_at, one.ends_at or one.outage.starts_at) for one in feed.outages]
    spans += [(one.time.starts_at, one.time.ends_at) for one in scheduled]
    if spans:
        first, last = min(starts_at for starts_at, _ in spans), max(ends_at for _, ends_at in spans)
        calendar.add_component(_timezone(zone, first.year - 1, last.year + 1))
    for entry in feed.entries:
        calendar.add_component(_event(entry, feed, site, zone))
    for shut in feed.closures:
        calendar.add_component(_closure(shut, language, site, zone))
    for broken in feed.outages:
        calendar.add_component(_outage(broken, language, site, zone))
    for one in scheduled:
        calendar.add_component(_activity(one, language, site, zone))
    return bytes(calendar.to_ical())


def _event(entry: Entry, feed: Feed, site: str, zone: ZoneInfo) -> Event:
    booking, language, event = entry.booking, feed.reader.language, Event()
    event.add("uid", f"{booking.id}@{site}.hearth")
    event.add("sequence", booking.changes)
    event.add("dtstamp", _whole(entry.changed_at))
    event.add("created", _whole(booking.booked_at))
    event.add("last-modified", _whole(entry.changed_at))
    event.add("dtstart", _local(booking.starts_at, zone))
    event.add("dtend", _local(booking.ends_at, zone))
    event.add("summary", _summary(entry, feed))
    event.add("location", _name(entry.space, language))
    event.add("description", _description(entry, feed))
    event.add("status", _STATUS.get(booking.state, "CANCELLED"))
    event.add("transp", "TRANSPARENT" if entry.is_off else "OPAQUE")
    return event


def _closure(shut: Shut, language: Language, site: str, zone: ZoneInfo) -> Event:
    closure, event, where = shut.closure, Event(), _name(shut.space, language)
    event.add("uid", f"{closure.id}@{site}.hearth")
    event.add("sequence", int(shut.is_off))  # it is made, and once at most it is opened again
    event.add("dtstamp", _whole(shut.changed_at))
    event.add("created", _whole(closure.made_at))
    event.add("last-modified", _whole(shut.changed_at))
    event.add("dtstart", _local(closure.starts_at, zone))
    event.add("dtend", _local(closure.ends_at, zone))
    event.add("summary", CLOSED.sentence(language, {"space": where, "reason": closure.reason}))
    event.add("location", where)
    event.add("description", (REOPENED if shut.is_off else SHUT).sentence(language, {}))
    event.add("status", "CANCELLED" if shut.is_off else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if shut.is_off else "OPAQUE")
    return event


def _outage(broken: Broken, language: Language, site: str, zone: ZoneInfo) -> Event:
    """Of one whose end nobody knows, it lasts a day, and that day comes again and again."""
    outage, event, where = broken.outage, Event(), _name(broken.space, language)
    event.add("uid", f"{outage.id}@{site}.hearth")
    event.add("sequence", int(outage.ended_at is not None))  # it begins, and once at most staff say that it is over
    event.add("dtstamp", _whole(broken.changed_at))
    event.add("created", _whole(outage.begun_at))
    event.add("last-modified", _whole(broken.changed_at))
    event.add("dtstart", _local(_whole(outage.starts_at), zone))
    event.add("dtend", _local(_whole(broken.ends_at or outage.starts_at + _DAY), zone))
    if broken.ends_at is None and not broken.is_off:
        event.add("rrule", {"FREQ": "DAILY"})
    event.add("summary", OUT_OF_ORDER.sentence(language, {"space": where, "reason": outage.reason}))
    event.add("location", where)
    said = IN_ORDER if outage.ended_at else SHUT if outage.ends_at else UNTIL_FURTHER_NOTICE
    event.add("description", said.sentence(language, {}))
    event.add("status", "CANCELLED" if broken.is_off else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if broken.is_off else "OPAQUE")
    return event


def _activity(one: Scheduled, language: Language, site: str, zone: ZoneInfo) -> Event:
    activity, event = one.activity, Event()
    event.add("uid", f"{activity.id}-{one.time.no}@{site}.hearth")
    event.add("sequence", one.changes)
    event.add("dtstamp", _whole(one.changed_at))
    event.add("dtstart", _local(one.time.starts_at, zone))
    event.add("dtend", _local(one.time.ends_at, zone))
    is_chinese = language is Language.ZH_CN
    event.add("summary", activity.title_zh if is_chinese else activity.title_en)
    if words := activity.words_zh if is_chinese else activity.words_en:
        event.add("description", words)
    if one.space is not None:
        event.add("location", _name(one.space, language))
    event.add("status", "CANCELLED" if one.is_off else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if one.is_off else "OPAQUE")
    return event


def _summary(entry: Entry, feed: Feed) -> str:
    name = _name(entry.space, feed.reader.language)
    return name if entry.member is None else f"{name} · {entry.member.name} ({entry.member.member_no})"


def _description(entry: Entry, feed: Feed) -> str:
    booking, language = entry.booking, feed.reader.language
    facts = {"guests": booking.guests}
    said = [STATES[booking.state]]
    if booking.guests:
        said.append(GUESTS)
    if feed.space is None:
        said.append(WHERE_TO_CHANGE)
    return "\n".join(one.sentence(language, facts) for one in said)


def _name(space: object, language: Language) -> str:
    return str(getattr(space, "name_zh" if language is Language.ZH_CN else "name_en", ""))


def _whole(instant: datetime) -> datetime:
    """iCalendar knows no part of a second."""
    return instant.replace(microsecond=0)


def _local(instant: datetime, zone: ZoneInfo) -> datetime:
    """By the centre's clock; in UTC where clocks show that time for the second time, which a local one cannot say."""
    local = instant.astimezone(zone)
    return instant.astimezone(UTC) if local.fold else local


@cache
def _timezone(zone: ZoneInfo, first_year: int, last_year: int) -> Timezone:
    """How clocks go in a zone from the first day of a year until the end of another: each change by itself.

    Rules that would hold for ever are not what zones have, and readers fill gaps between listed onsets differently.
    """
    at, end = datetime(first_year, 1, 1, tzinfo=UTC), datetime(last_year + 1, 1, 1, tzinfo=UTC)
    clocks = Timezone()
    clocks.add("tzid", zone.key)
    clocks.add_component(_onset(_LONG_AGO, at.astimezone(zone), at.astimezone(zone)))
    while at < end:
        if _offset(at + _DAY, zone) != _offset(at, zone):
            change = _change_within_a_day(at, zone)
            before, after = (change - timedelta(seconds=1)).astimezone(zone), change.astimezone(zone)
            clocks.add_component(_onset(change.replace(tzinfo=None) + _offset(at, zone), before, after))
        at += _DAY
    return clocks


def _onset(wall: datetime, before: datetime, after: datetime) -> TimezoneStandard | TimezoneDaylight:
    """From this wall time (of the clocks as they went before) on they go otherwise."""
    is_summer = (after.dst() or timedelta()) > timedelta()  # in Ireland winter is the exception, which readers mistake
    onset = TimezoneDaylight() if is_summer else TimezoneStandard()
    onset.add("dtstart", wall)
    onset.add("tzoffsetfrom", before.utcoffset())
    onset.add("tzoffsetto", after.utcoffset())
    onset.add("tzname", after.tzname())
    return onset


def _change_within_a_day(since: datetime, zone: ZoneInfo) -> datetime:
    """The first instant, to the second, at which the offset is no longer what it was."""
    before, low, high = _offset(since, zone), 0, 86_400
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(since + timedelta(seconds=middle), zone) == before:
            low = middle
        else:
            high = middle
    return since + timedelta(seconds=high)


def _offset(instant: datetime, zone: ZoneInfo) -> timedelta:
    return instant.astimezone(zone).utcoffset() or timedelta()
