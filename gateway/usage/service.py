"""Writing down what was asked for in vain."""

from datetime import datetime

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from gateway.usage.model import Refusals


def note_refusal(session: Session, *, wish: str, code: str, now: datetime) -> None:
    """Count one more. Two at the same instant are two."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    hour = now.replace(minute=0, second=0, microsecond=0)
    row = insert(Refusals).values(hour=hour, wish=wish, code=code, count=1)
    session.execute(
        row.on_conflict_do_update(
            index_elements=[Refusals.hour, Refusals.wish, Refusals.code], set_={"count": Refusals.count + 1}
        )
    )
