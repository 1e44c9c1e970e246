"""Judgements about bookings: plain values in, an answer out."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from gateway.bookings.model import Booking, BookingState
from gateway.policies.judged import Refusal
from gateway.policies.model import Limit
from gateway.policies.rules import Rule
from gateway.spaces.rules import Hours, Span, span_fault

MOST_ALTERNATIVES = 3
PROVED_WITHIN = timedelta(seconds=15)  # a check-in counts if its door is sensed open so soon, before or after
RECLAIM_WITHIN = timedelta(minutes=5)
JOIN_UNTIL_BEFORE = timedelta(minutes=15)  # nobody new stands in a queue whose time begins so soon
OFFER_HOLDS = timedelta(minutes=10)
OFFER_HOLDS_LATE = timedelta(minutes=3)  # at the least, and once the time has begun
MOVE_HELD = timedelta(hours=24)  # what is offered in place of a booking
ALTERNATIVES_WITHIN = timedelta(hours=24)  # before and after the time that was wanted


@dataclass(frozen=True, kw_only=True)
class Policy:
    """What a centre's settings say, by its own clock; what they allow holds where no rule for everybody says else.

    `key_early_min`: a booking opens its door so long before it starts. `no_show_after_min`: so long after its start a
    booking that nobody came to is given back; 0: never. `series_no_shows`: after so many of those in a row the rest of
    a series is given back; 0: never. `remind_before_min`: so long before its start a member is reminded; 0: never.
    """

    zone: ZoneInfo
    days_ahead: int
    max_minutes: int
    most_ahead: int  # bookings not yet over, a member
    key_early_min: int
    no_show_after_min: int
    series_no_shows: int = 3
    remind_before_min: int = 60

    def defaults(self) -> list[Rule]:
        """The rules that the settings are, each under its setting's name."""
        values = {
            Limit.DAYS_AHEAD: self.days_ahead,
            Limit.MAX_MINUTES: self.max_minutes,
            Limit.MOST_AHEAD: self.most_ahead,
        }
        return [Rule(id=f"bookings.{limit}", limit=limit, value=value) for limit, value in values.items()]


def house_refusal(hours: Hours, span: Span, now: datetime) -> Refusal | None:
    """Why nobody can have that time, free or not, or None."""
    if span.starts_at < now:
        return Refusal("booking_in_the_past")
    if fault := span_fault(hours, span):
        return Refusal(fault, why=hours.day_of(span.starts_at).why if fault == "policy.closed_day" else None)
    return None


def crowd_refusal(most_people: int | None, guests: int) -> Refusal | None:
    """Why so many cannot come: whoever books is one of them. None: they can, or nobody has said for how many it is."""
    if most_people is None or guests + 1 <= most_people:
        return None
    return Refusal("too_many_people", limit=most_people)


def change_refusal(booking: Booking, now: datetime) -> str | None:
    """Why a booking can be neither moved nor cancelled any more, or None."""
    if booking.state is BookingState.CANCELLED:
        return "booking_cancelled"
    if booking.state is BookingState.RELEASED:
        return "booking_released"
    if booking.state is BookingState.DENIED:
        return "booking_denied"
    return "booking_over" if booking.ends_at <= now else None


def move_refusal(booking: Booking, now: datetime) -> str | None:
    """Why a booking cannot have another time any more, or None. Once it has begun it was used, at least in part."""
    if refusal := change_refusal(booking, now):
        return refusal
    return "booking_begun" if booking.starts_at <= now else None


def answer_refusal(booking: Booking, now: datetime) -> str | None:
    """Why staff can neither agree to a booking nor deny it, or None."""
    if booking.state is not BookingState.PENDING:
        return "booking_not_pending"
    return "booking_in_the_past" if is_unanswered(booking, now) else None


def is_unanswered(booking: Booking, now: datetime) -> bool:
    """Nobody said yes before its start: then it is a no."""
    return booking.state is BookingState.PENDING and booking.starts_at <= now


def key_span(policy: Policy, span: Span) -> Span:
    """From when until when a booking opens its door."""
    return Span(span.starts_at - timedelta(minutes=policy.key_early_min), span.ends_at)


def key_refusal(booking: Booking, policy: Policy, now: datetime) -> str | None:
    """Why a booking opens no door and checks nobody in now, or None."""
    if refusal := change_refusal(booking, now):
        return refusal
    if booking.state is BookingState.PENDING:
        return "booking_pending"
    return "booking_too_early" if now < key_span(policy, span_of(booking)).starts_at else None


def is_reminder_due(booking: Booking, policy: Policy, now: datetime) -> bool:
    """It begins soon and nobody has come yet. Whoever booked it only now needs no word."""
    remind_at = booking.starts_at - timedelta(minutes=policy.remind_before_min)
    is_awaited = booking.state is BookingState.CONFIRMED and booking.checked_in_at is None
    return is_awaited and booking.booked_at < remind_at <= now < booking.starts_at


def is_no_show(booking: Booking, policy: Policy, now: datetime) -> bool:
    """Nobody came, the grace after the start has passed, and there is time left that others could use."""
    if policy.no_show_after_min == 0 or booking.state is not BookingState.CONFIRMED:
        return False
    grace_is_over = now >= booking.starts_at + timedelta(minutes=policy.no_show_after_min)
    return booking.checked_in_at is None and grace_is_over and now < booking.ends_at


def no_shows_in_a_row(bookings: Iterable[Booking], now: datetime) -> int:
    """To how many of a series' bookings in a row, up to the latest, nobody came.

    What is cancelled, still to come, can still be had again, or kept out by our own door says nothing either way.
    """
    count = 0
    for booking in sorted(bookings, key=lambda booking: booking.starts_at, reverse=True):
        if booking.checked_in_at is not None:
            break
        if booking.released_at is not None and now > booking.released_at + RECLAIM_WITHIN:
            count += 1
    return count


def reclaim_refusal(booking: Booking, now: datetime) -> str | None:
    """Why a booking that was given back is not had again, or None."""
    if booking.released_at is None:
        return "booking_not_released"
    if booking.ends_at <= now:
        return "booking_over"
    return "booking_reclaim_late" if now > booking.released_at + RECLAIM_WITHIN else None


def nearest(wanted: Span, spans: Iterable[Span], *, is_free: Callable[[Span], bool]) -> list[Span]:
    """The free times nearest to the one that was wanted, at most three, in the order of the day."""
    nearest_first = sorted(spans, key=lambda span: abs(span.starts_at - wanted.starts_at))
    return sorted(islice(filter(is_free, nearest_first), MOST_ALTERNATIVES))


def span_of(booking: Booking) -> Span:
    """When it is."""
    return Span(booking.starts_at, booking.ends_at)


def may_join_queue(span: Span, now: datetime) -> bool:
    """Whether it is worth while to begin to wait for that time."""
    return now <= span.starts_at - JOIN_UNTIL_BEFORE


def is_queue_over(span: Span, policy: Policy, now: datetime) -> bool:
    """Nothing will come free any more: it has begun, and whoever had it came, or there is no giving back here."""
    grace = timedelta(minutes=policy.no_show_after_min)
    return now >= span.starts_at + (grace + OFFER_HOLDS_LATE if grace else grace)


def offer_until(span: Span, now: datetime) -> datetime:
    """Until when a time is held for whoever it is offered to: shorter when it begins soon, and never for long after."""
    usual = min(now + OFFER_HOLDS, span.starts_at)
    return min(max(usual, now + OFFER_HOLDS_LATE), span.ends_at)


def move_offer_until(span: Span, now: datetime) -> datetime:
    """Until when others are held in place of a booking at that time: never past its beginning."""
    return min(now + MOVE_HELD, span.starts_at)
