"""Two acts that wait for each other, and acts that find something else than they had looked at: they are done anew."""

import asyncio
import threading
from functools import partial

import pytest
from sqlalchemy import event, text, update
from sqlalchemy.exc import OperationalError

from api.backroom import BackRoom
from devices.wire.signing import SigningKey
from gateway.centre import Centre
from gateway.kit.db import TRIES, persevere
from gateway.kit.errors import Refused
from gateway.members import queries as people
from gateway.members.model import Member
from gateway.settings import Settings
from gateway.timetable import open_timetable
from tests.centre_builder import NOON, HandClock, a_machine, a_member
from tests.database_fixture import ON_POSTGRES
from tests.race import PATIENCE_S, at_once, half_way_through

only_on_postgres = pytest.mark.parametrize("database_url", [ON_POSTGRES], indirect=True)  # SQLite has one writer

BREAK_OFF = "DO $$ BEGIN RAISE 'others come first' USING ERRCODE = '40001'; END $$"


def rename(session, member_no, name):
    session.execute(update(Member).where(Member.member_no == member_no).values(name=name))


def furnish(sessions):
    with sessions.begin() as session:
        for member_no in ("10000", "10001"):
            a_member(session, member_no)


class Crossing:
    """Acts that write the same two rows in opposite orders; on their first try each has one before it wants the other.

    On SQLite the second cannot even begin.
    """

    def __init__(self, sessions):
        self.sessions = sessions
        self.tries = 0
        self._both_have_one = threading.Barrier(2)

    def act(self, first, second, name):
        self.tries += 1
        with self.sessions.begin() as session:
            rename(session, first, name)
            if self.sessions.engine.dialect.name == "postgresql":
                session.execute(text("SET LOCAL deadlock_timeout = '20ms'"))
                if self.tries <= 2:
                    self._both_have_one.wait(PATIENCE_S)
            rename(session, second, name)
        return "done"

    def both(self):
        return [partial(self.act, "10000", "10001", "甲"), partial(self.act, "10001", "10000", "乙")]


def test_of_two_that_wait_for_each_other_both_are_done_in_the_end(sessions):
    furnish(sessions)
    crossing, room = Crossing(sessions), BackRoom(writers=2)

    async def together():
        return await asyncio.gather(*map(room.write, crossing.both()))

    assert asyncio.run(together()) == ["done", "done"]

    room.close()
    with sessions.read() as session:
        names = {people.member_by_no(session, member_no=number).name for number in ("10000", "10001")}
    assert names in ({"甲"}, {"乙"})
    # Two, and one more for each that was broken off.
    assert crossing.tries > 2 if sessions.engine.dialect.name == "postgresql" else crossing.tries == 2


@only_on_postgres
def test_that_it_happens_at_all(sessions):
    """The test above would prove nothing otherwise."""
    furnish(sessions)

    with pytest.raises(OperationalError, match="deadlock"):
        at_once(Crossing(sessions).both())


def test_what_another_has_written_meanwhile_is_seen_and_not_stumbled_over(sessions):
    """Nobody has the number; then somebody has; so the second look says so."""
    seen = []

    def open_unless_there():
        with sessions.begin() as session:
            seen.append(people.member_by_no(session, member_no="10000"))
            if seen[-1] is None:
                of_no_use = {"password_hash": "!", "audit_id": "1", "created_at": NOON}
                session.add(Member(id="1", member_no="10000", name="x", **of_no_use))
        return "done"

    half_way_through(sessions, lambda session: a_member(session, "10000"), partial(persevere, open_unless_there))

    assert seen[-1] is not None


@only_on_postgres
def test_what_the_clock_asks_for_is_done_anew_as_well(sessions, tmp_path):
    centre = Centre(tmp_path, Settings(site="demo"), sessions, HandClock())
    timetable = open_timetable(centre, key=SigningKey.generate(), machine=a_machine(centre))
    timetable.start(paused=True)
    begun = []

    def break_off_the_first(connection):
        begun.append(connection)
        if len(begun) == 1:
            connection.execute(text(BREAK_OFF))

    event.listen(sessions.engine, "begin", break_off_the_first)
    timetable.get_job("forget_old_messages").func()
    event.remove(sessions.engine, "begin", break_off_the_first)
    timetable.shutdown(wait=False)

    assert len(begun) == 2


@only_on_postgres
def test_where_others_come_between_each_time_people_hear_that_it_is_busy(sessions):
    tries = []

    def always_broken_off():
        tries.append(1)
        with sessions.begin() as session:
            session.execute(text(BREAK_OFF))

    with pytest.raises(Refused, match="busy") as refused:
        persevere(always_broken_off)

    assert (len(tries), refused.value.facts) == (TRIES, {"retry_after_s": 1})


def test_what_is_wrong_with_the_act_itself_is_no_reason_to_repeat_it(sessions):
    tries = []

    def wrong():
        tries.append(1)
        with sessions.begin() as session:
            session.execute(text("SELECT * FROM nowhere"))

    with pytest.raises(Exception, match="nowhere"):
        persevere(wrong)

    assert len(tries) == 1
