"""Questions about the time that is known to have come. Read-only."""

from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.timekeeping import rules
from gateway.timekeeping.model import TimeMark

_KNOWN: Final = select(TimeMark.at)


def known_time(session: Session) -> datetime | None:
    """The latest that was kept, at most a minute old while the gateway runs; None: it has never run."""
    return session.scalar(_KNOWN)


def is_behind(session: Session, *, now: datetime) -> bool:
    """Whether the clock shows a time that is over, so that nobody can tell by it what is due."""
    return rules.is_behind(now, known=known_time(session))
