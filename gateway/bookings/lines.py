"""Standing in line before times open at one instant: whose turn it is then is drawn, and speed wins nothing.

Who stands there waits like anybody in the queue (`waitlist`), and is offered what they wait for in the order of the
draw. From the instant on until the gateway has drawn, a second later, nobody has those times. Nothing here commits.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from gateway.bookings import line_record
from gateway.bookings.waits import Line, Wait, WaitState
from gateway.kit import lots
from gateway.kit.errors import Conflict, NotFound
from gateway.kit.ids import new_id
from gateway.spaces import service as spaces_service


def stand_in(session: Session, *, opens_at: datetime, now: datetime) -> Line:
    """The line for that instant; whoever comes first makes it. Many stand in at once, and whoever draws waits for them.

    Raises Conflict("wait_closed") once it was drawn.
    """
    there = select(Line).where(Line.opens_at == opens_at).with_for_update(read=True)
    found = session.scalar(there, execution_options={"populate_existing": True})
    if found is None:
        seed = lots.new_seed()
        made = Line(id=new_id(), opens_at=opens_at, seed=seed, commitment=lots.commitment_of(seed), made_at=now)
        try:
            with session.begin_nested():
                session.add(made)
        except IntegrityError:
            found = session.scalars(there).one()
        else:
            return made
    if found.drawn_at is not None:
        raise Conflict("wait_closed")
    return found


def due(session: Session, *, now: datetime) -> Sequence[str]:
    """The ids of those whose instant has come, and that were not drawn yet."""
    come = select(Line.id).where(Line.drawn_at.is_(None), Line.opens_at <= now)
    return session.scalars(come.order_by(Line.opens_at)).all()


def draw(session: Session, *, line_id: str, now: datetime) -> list[Wait]:
    """Draw the order of a line whose instant has come; in that order its waits are returned. Once, and safe to repeat.

    Whoever draws has the turn at all the spaces that are waited for.
    """
    # The line comes before the spaces, and these before anybody's wait: that is everybody's order.
    line = session.get_one(Line, line_id, with_for_update=True, populate_existing=True)
    if line.drawn_at is not None or now < line.opens_at:
        return []
    standing = select(Wait).where(Wait.line_id == line_id, Wait.state == WaitState.WAITING)
    spaces_service.take_turns_at(session, set(session.scalars(standing.with_only_columns(Wait.space_id))))
    held = session.scalars(standing.with_for_update(), execution_options={"populate_existing": True}).all()
    waits = {wait.id: wait for wait in held if wait.state is WaitState.WAITING}
    record = line_record.drawn(
        line=line.id,
        opens_at=line.opens_at,
        drawn_at=now,
        seed=line.seed,
        entries=[line_record.Entry(one.id, one.space_id, one.starts_at, one.ends_at) for one in waits.values()],
    )
    line.drawn_at, line.record = now, record.written()
    for wait in waits.values():
        wait.lot, wait.joined_at = lots.lot(line.seed, record.entries_hash, wait.id), line.opens_at
    session.flush()
    return [waits[one] for one in record.order]


def line(session: Session, line_id: str) -> Line:
    """Raises NotFound("line")."""
    found = session.get(Line, line_id)
    if found is None:
        raise NotFound("line")
    return found
