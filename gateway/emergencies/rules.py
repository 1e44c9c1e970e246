"""Judgements about emergencies: plain values in, an answer out."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from gateway.members.model import Role

STAFF: Final = frozenset({Role.DESK, Role.TECHNICIAN, Role.MANAGER})
SECOND_WITHIN: Final = timedelta(minutes=10)  # the second person stands beside the first, and has no other reason


def has_lapsed(*, asked_at: datetime, now: datetime) -> bool:
    """The first person's word is too old to be joined by a second."""
    return now - asked_at > SECOND_WITHIN


def pair_refusal(*, first_id: str, second_id: str, roles: Collection[Role]) -> str | None:
    """Why these two cannot do together what takes two; None when they can: one of them is a manager."""
    if first_id == second_id:
        return "second_is_the_first"
    return None if Role.MANAGER in roles else "needs_a_manager"
