"""The house's rules as they stand: its spaces, hours, days, limits and alerts, kept from one transaction to the next.

They change a few times a week, and every wish and every reading asks for them. Whoever changes a row of theirs,
whichever way, the database itself gives them all together another name (migration 0053); so one short question tells
whether what was read before still holds.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final, NamedTuple, TypeVar

from sqlalchemy import CheckConstraint, String, event, select
from sqlalchemy.orm import Mapped, ORMExecuteState, Session, mapped_column

from gateway.kit.db import KEPT, SEEN, Base

TABLES: Final = ("spaces", "opening_hours", "calendar_days", "policy_rules", "alert_rules", "alert_kinds")
"""What is kept comes from these alone."""


class Edition(Base):
    """What the rules as they stand are called: at random, so that no name comes again, of changes undone neither."""

    __tablename__ = "editions"
    __table_args__ = (CheckConstraint("id = 1", name="one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(32))


_NAME: Final = select(Edition.name)
NAME: Final = _NAME.scalar_subquery()
"""For a question that is asked anyway, so that none is asked for this alone: its answer goes to `was_told`."""


T = TypeVar("T")


class _Read(NamedTuple):
    edition: str | None
    value: Any  # what its `read` returns


def kept(read: Callable[[Session], T]) -> Callable[[Session], T]:
    """What `read` makes of TABLES, read anew only after one of them has changed.

    All transactions of the program are handed the same, so it belongs to no session, and nobody may change it.
    """

    @wraps(read)
    def look(session: Session) -> T:
        edition = _edition(session)
        shelf: dict[object, _Read] = session.info[KEPT]
        found = shelf.get(read)
        if found is None or edition is None or found.edition != edition:
            # The name was read first: should the rules change in between, nobody asks for this one again.
            found = shelf[read] = _Read(edition, read(session))
        value: T = found.value
        return value

    return look


def was_told(session: Session, name: str | None) -> None:
    """Another question of this transaction had NAME in it."""
    session.info[SEEN] = name


def _edition(session: Session) -> str | None:
    """Asked once a transaction, and again whenever it may have become another one. None: there were no rules yet."""
    if SEEN not in session.info:
        session.info[SEEN] = session.connection().execute(_NAME).scalar_one_or_none()
    seen: str | None = session.info[SEEN]
    return seen


@event.listens_for(Session, "after_flush")
@event.listens_for(Session, "after_soft_rollback")
def _look_again(session: Session, *_: object) -> None:
    session.info.pop(SEEN, None)


@event.listens_for(Session, "do_orm_execute")
def _look_again_after_writing(asked: ORMExecuteState) -> None:
    if not asked.is_select:
        _look_again(asked.session)
