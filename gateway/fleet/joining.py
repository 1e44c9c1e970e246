"""The times in which makers' bridges let new devices join: somebody opens one, and it closes by itself."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from gateway.kit import audit
from gateway.kit.db import Base, Instant
from gateway.kit.ids import new_id

LONGEST: Final = timedelta(seconds=254)  # as long as Zigbee allows


class JoinWindow(Base):
    """From `opened_at` until before `until_at` new devices may join."""

    __tablename__ = "join_windows"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    opened_at: Mapped[datetime] = mapped_column(Instant)
    until_at: Mapped[datetime] = mapped_column(Instant, index=True)


def window(session: Session, *, now: datetime) -> JoinWindow | None:
    """The one that is open, if any; of several the one that lasts longest."""
    still = select(JoinWindow).where(JoinWindow.until_at > now).order_by(JoinWindow.until_at.desc())
    return session.scalars(still.limit(1)).first()


def open_window(session: Session, *, lasting: timedelta, actor: str, now: datetime) -> JoinWindow:
    """Let new devices join for so long from now, and no longer than LONGEST; what was open before is closed."""
    _close_all(session, now)
    opened = JoinWindow(id=new_id(), opened_at=now, until_at=now + min(lasting, LONGEST))
    session.add(opened)
    session.flush()
    audit.append(
        session, actor=actor, act="join_window_opened", thing=opened.id, now=now, until=opened.until_at.isoformat()
    )
    return opened


def close_window(session: Session, *, actor: str, now: datetime) -> None:
    """Let nobody join any more. Harmless to repeat."""
    for closed in _close_all(session, now):
        audit.append(session, actor=actor, act="join_window_closed", thing=closed.id, now=now)


def _close_all(session: Session, now: datetime) -> list[JoinWindow]:
    standing = list(session.scalars(select(JoinWindow).where(JoinWindow.until_at > now)))
    for one in standing:
        one.until_at = now
    session.flush()
    return standing
