"""How it was, say those who leave a kiosk: a count by day and no more."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from gateway.kiosks.model import Mood, Smile


def smile(session: Session, *, kiosk_id: str, mood: Mood, today: date) -> None:
    """Count one more; those that come at the same moment are all counted."""
    words = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    first = words.insert(Smile).values(kiosk_id=kiosk_id, day=today, mood=mood, count=1)
    keys = [Smile.kiosk_id, Smile.day, Smile.mood]
    session.execute(first.on_conflict_do_update(index_elements=keys, set_={"count": Smile.count + 1}))


def smiles(session: Session, *, since: date, until: date) -> Sequence[Smile]:
    """Those of the days from `since` to `until`, both counted, in order of day and kiosk."""
    of_days = select(Smile).where(Smile.day >= since, Smile.day <= until)
    return session.scalars(of_days.order_by(Smile.day, Smile.kiosk_id, Smile.mood)).all()
