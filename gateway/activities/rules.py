"""Judgements about activities: plain values in, an answer out."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from gateway.activities.model import Activity
from gateway.spaces.rules import Span

MOST_PLACES: Final = 1000
REMIND_BEFORE: Final = timedelta(hours=2)


def sign_up_refusal(activity: Activity, *, groups: Collection[str], now: datetime) -> str | None:
    """Why nobody of these groups can sign up now, as a code; None: they can, as far as there are places."""
    if activity.called_off_at is not None:
        return "activity_called_off"
    if activity.group_id is not None and activity.group_id not in groups:
        return "activity_not_for_you"
    if now < activity.opens_at:
        return "registration_not_open"
    return "registration_closed" if now >= activity.closes_at else None


def leave_refusal(activity: Activity, now: datetime) -> str | None:
    """Why a place cannot be given back any more: it has begun. None: it can."""
    return "activity_begun" if now >= activity.starts_at else None


def times_fault(times: Sequence[Span], *, opens_at: datetime, closes_at: datetime, now: datetime) -> str | None:
    """Which field of what is to be published cannot be so, or None."""
    if any(one.ends_at <= one.starts_at for one in times) or times[0].starts_at <= now:
        return "starts_at"
    if any(later.starts_at < one.ends_at for one, later in pairwise(times)):
        return "recurrence"
    return "closes_at" if not opens_at < closes_at <= times[0].starts_at else None


def is_reminder_due(starts_at: datetime, now: datetime) -> bool:
    """It begins soon, and has not begun."""
    return now < starts_at <= now + REMIND_BEFORE
