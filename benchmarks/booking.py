"""Bookings under contention, and a look at what is free: `python benchmarks/booking.py [--acts N]`.

Sixteen members book three hundred slots of a SQLite centre at the same time, most of them in vain. Beside it the floor,
in the same run on the same disk: as many bare transactions, each one INSERT under the same triggers.

Then what is free in 200 rooms over 30 days, a third of it taken. Beside it one bare query for the claims of that time.

Each by the clock on the wall, and by processor time, which says more on a machine that does other things too.
"""

import argparse
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from gateway import migrations
from gateway.bookings import queries, service
from gateway.bookings.rules import Policy
from gateway.calendar import service as calendar_service
from gateway.calendar.model import HOUSE, DayName
from gateway.calendar.rules import Opening
from gateway.kit.db import BUSY_TIMEOUT_MS, Sessions, open_engine
from gateway.kit.errors import Conflict
from gateway.kit.ids import new_id
from gateway.members import queries as members
from gateway.members import service as members_service
from gateway.members.model import Language, Role
from gateway.spaces import service as spaces_service
from gateway.spaces.model import Claim, ClaimKind, SpaceKind
from gateway.spaces.rules import Span

CLIENTS = 16
ROOMS = 200
DAYS = 30
HOURS = 14  # a room is open for
SHARE_TAKEN = 1 / 3
AIM = 3.0
ZONE = ZoneInfo("Asia/Shanghai")
POLICY = Policy(zone=ZONE, days_ahead=60, max_minutes=120, most_ahead=100_000, key_early_min=10, no_show_after_min=15)
NOW = datetime.now(UTC)
FIRST = (NOW + timedelta(days=1)).astimezone(ZONE).replace(hour=8, minute=0, second=0, microsecond=0).astimezone(UTC)
SLOTS = [(f"room-{no:03}", day, hour) for no in range(11) for day in range(2) for hour in range(HOURS)]


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--acts", type=int, default=1600, help="wishes in all (default 1600)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hearth-bench-") as folder:
        for name, measure in (("bookings", compare_bookings), ("looks", compare_looks)):
            file = Path(folder) / f"{name}.db"
            sessions = Sessions(open_engine(f"sqlite:///{file}"))
            migrations.upgrade(sessions.engine)
            with sessions.begin() as session:
                furnish(session)
            measure(sessions, file, options.acts)
            sessions.close()
    return 0


def furnish(session: Session) -> None:
    """Members 1 to 16 and 200 rooms."""
    for number in range(CLIENTS):
        members_service.add_member(
            session,
            member_no=str(number),
            name="Somebody",
            role=Role.MEMBER,
            password_hash="none",
            language=Language.EN,
            now=NOW,
        )
    calendar_service.set_week(  # the coming weeks may have public holidays
        session, whose=HOUSE, week={DayName.HOLIDAY: Opening(8 * 60, (8 + HOURS) * 60)}, actor="bench", now=NOW
    )
    for no in range(ROOMS):
        spaces_service.make_space(
            session,
            space_id=f"room-{no:03}",
            kind=SpaceKind.ROOM,
            name_zh="房",
            name_en="Room",
            opens_min=8 * 60,
            closes_min=(8 + HOURS) * 60,
            slot_min=60,
            actor="bench",
            now=NOW,
        )


def span_of(day: int, hour: int) -> Span:
    """One hour."""
    starts_at = FIRST + timedelta(days=day, hours=hour)
    return Span(starts_at, starts_at + timedelta(hours=1))


def compare_bookings(sessions: Sessions, file: Path, acts: int) -> None:
    """Wishes a second, granted and refused, and the slowest of a hundred."""

    def book(number: int, slot: tuple[str, int, int]) -> bool:
        space_id, day, hour = slot
        try:
            with sessions.begin() as session:
                member = members.member_by_no(session, member_no=str(number))
                assert member is not None
                service.book(session, member=member, space_id=space_id, span=span_of(day, hour), policy=POLICY, now=NOW)
        except Conflict:
            return False
        return True

    bare = [bare_connection(file) for _ in range(CLIENTS)]

    def insert(number: int, slot: tuple[str, int, int]) -> bool:
        space_id, day, hour = slot
        span = span_of(day + DAYS, hour)  # a time of its own: the same slots, all of them free once more
        times = [part.strftime("%Y-%m-%d %H:%M:%S.%f") for part in span]
        try:
            bare[number].execute("BEGIN IMMEDIATE")
            bare[number].execute(
                "INSERT INTO claims VALUES (?, ?, 0, ?, ?, 'booking', ?, NULL)", (new_id(), space_id, *times, new_id())
            )
            bare[number].execute("COMMIT")
        except sqlite3.IntegrityError:
            bare[number].execute("ROLLBACK")
            return False
        return True

    ours, floor = race(book, acts), race(insert, acts)
    for connection in bare:
        connection.close()
    print(f"{acts} wishes of {CLIENTS} members for {len(SLOTS)} slots: {sum(ours[0])} granted")
    a_second = [acts / took.wall for _, took in (ours, floor)]
    print(f"  a second  {a_second[0]:8.0f}      floor {a_second[1]:8.0f}      {ratios(ours[1], floor[1])}")


class Took(NamedTuple):
    """Seconds."""

    wall: float
    processor: float


def timed(act: Callable[[], object]) -> Took:
    """Do it."""
    wall, processor = time.perf_counter(), time.process_time()
    act()
    return Took(time.perf_counter() - wall, time.process_time() - processor)


def race(act: Callable[[int, tuple[str, int, int]], bool], acts: int) -> tuple[list[bool], Took]:
    """Every client at once; whether each wish was granted, and how long all of them took."""
    outcomes: list[bool] = []

    def client(number: int) -> list[bool]:
        dice = random.Random(number)
        return [act(number, dice.choice(SLOTS)) for _ in range(acts // CLIENTS)]

    def everybody() -> None:
        with ThreadPoolExecutor(CLIENTS) as pool:
            outcomes.extend(one for found in pool.map(client, range(CLIENTS)) for one in found)

    return outcomes, timed(everybody)


def compare_looks(sessions: Sessions, file: Path, _acts: int) -> None:
    """Milliseconds for all of it, the median of several."""
    dice = random.Random(1)
    with sessions.begin() as session:
        session.add_all(
            Claim(
                id=new_id(),
                space_id=f"room-{no:03}",
                place=0,
                starts_at=(span := span_of(day, hour)).starts_at,
                ends_at=span.ends_at,
                kind=ClaimKind.BOOKING,
                source_id=new_id(),
                released_at=None,
            )
            for no in range(ROOMS)
            for day in range(DAYS)
            for hour in range(HOURS)
            if dice.random() < SHARE_TAKEN
        )
    within = Span(FIRST, FIRST + timedelta(days=DAYS))

    def look() -> list[queries.FreeSpace]:
        with sessions.read() as session:
            return queries.free_spaces(session, kind=None, within=within, at_least=timedelta(0), policy=POLICY, now=NOW)

    bare = bare_connection(file)

    def query() -> int:
        times = [part.strftime("%Y-%m-%d %H:%M:%S.%f") for part in reversed(within)]
        return len(
            bare.execute(
                "SELECT space_id, place, starts_at, ends_at FROM claims"
                " WHERE released_at IS NULL AND starts_at < ? AND ends_at > ?",
                times,
            ).fetchall()
        )

    stretches = [stretch for one in look() for stretch in one.stretches]
    free = sum((stretch.ends_at - stretch.starts_at) // timedelta(hours=1) for stretch in stretches)
    print(f"what is free in {ROOMS} rooms over {DAYS} days: {free} of {ROOMS * DAYS * HOURS} slots, {query()} claims")
    ours, floor = median(look), median(query)
    bare.close()
    print(f"  ms        {ours.wall * 1e3:8.0f}      floor {floor.wall * 1e3:8.1f}      {ratios(ours, floor)}")


def median(act: Callable[[], object], rounds: int = 9) -> Took:
    """Of several runs, each time for itself."""
    return Took(*map(statistics.median, zip(*(timed(act) for _ in range(rounds)), strict=True)))


def ratios(ours: Took, floor: Took) -> str:
    """As every line ends."""
    wall, processor = ours.wall / floor.wall, ours.processor / floor.processor
    return f"ratio {wall:5.2f}   of processor time {processor:5.2f}   aim {AIM}"


def bare_connection(file: Path) -> sqlite3.Connection:
    """As durable as the product's."""
    connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False, timeout=BUSY_TIMEOUT_MS / 1000)
    connection.execute("PRAGMA synchronous = FULL")
    return connection


if __name__ == "__main__":
    sys.exit(main())
