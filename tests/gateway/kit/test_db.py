"""Transactions, instants and what is said after a commit, on both databases."""

import contextlib
import gc
import time
from datetime import UTC, datetime, timedelta, timezone
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from gateway.fleet.model import Lock
from gateway.kit import audit
from gateway.kit.db import Base, Instant, Sessions, announce, open_engine
from gateway.members.model import Member
from gateway.members.queries import member_by_no
from tests.centre_builder import NOON, a_member, fail_after
from tests.race import at_once


def name_of(sessions, member_no="10001"):
    with sessions.read() as session:
        member = member_by_no(session, member_no=member_no)
        return member.name if member else None


@pytest.fixture
def wang(sessions):
    with sessions.begin() as session:
        return a_member(session)


def test_what_was_begun_is_kept_at_the_end(sessions, wang):
    assert name_of(sessions) == wang.name


def test_a_transaction_looks_a_row_up_once(sessions, wang):
    asked = []
    note = lambda *facts: asked.append(facts[2])  # noqa: E731 - the same one is taken off again
    event.listen(sessions.engine, "before_cursor_execute", note)

    with sessions.begin() as session:
        for _ in range(3):
            session.get_one(Member, wang.id)  # kept by nobody here
            gc.collect()

    event.remove(sessions.engine, "before_cursor_execute", note)
    assert len([statement for statement in asked if "FROM members" in statement]) == 1


def test_what_failed_leaves_nothing_behind(sessions):
    with pytest.raises(ZeroDivisionError):
        fail_after(sessions, a_member)

    assert name_of(sessions) is None


def test_a_look_cannot_write(sessions, wang):
    with pytest.raises(DBAPIError, match=r"read-?only"), sessions.read() as session:
        session.execute(update(Member).values(name="somebody else"))

    assert name_of(sessions) == wang.name


def test_a_look_leaves_its_connection_able_to_write_again(sessions, wang):
    for name in ("one", "two"):
        name_of(sessions)
        with sessions.begin() as session:
            session.execute(update(Member).values(name=name))

    assert name_of(sessions) == "two"


def test_a_look_sees_one_moment_and_waits_for_no_writer(sessions, wang):
    with sessions.read() as looking:
        assert member_by_no(looking, member_no="10001").name == wang.name
        with sessions.begin() as writing:
            writing.execute(update(Member).values(name="meanwhile"))
        looking.expire_all()
        assert member_by_no(looking, member_no="10001").name == wang.name

    assert name_of(sessions) == "meanwhile"


def test_a_look_during_a_write_sees_what_was_before(sessions, wang):
    with sessions.begin() as writing:
        writing.execute(update(Member).values(name="not yet"))
        assert name_of(sessions) == wang.name


def test_foreign_keys_hold(sessions):
    with pytest.raises(IntegrityError), sessions.begin() as session:
        session.add(Lock(id="l1", device_id="nobody", door=1))


def test_a_word_that_is_not_one_of_the_enums_is_refused_by_the_database(sessions, wang):
    with pytest.raises(IntegrityError), sessions.begin() as session:
        session.execute(text("UPDATE members SET role = 'king'"))


@pytest.mark.parametrize(
    "instant",
    [
        NOON,
        NOON.replace(microsecond=1),
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(2026, 11, 22, 12, 0, tzinfo=timezone(timedelta(hours=8))),
        datetime(2026, 3, 29, 1, 30, tzinfo=timezone(timedelta(hours=-3, minutes=-30))),
    ],
)
def test_an_instant_comes_back_as_the_same_moment_in_utc(sessions, instant):
    with sessions.begin() as session:
        a_member(session, now=instant)
    with sessions.read() as session:
        kept = member_by_no(session, member_no="10001").created_at

    assert kept == instant
    assert kept.utcoffset() == timedelta(0)


def test_a_naive_time_is_refused(sessions):
    with pytest.raises(StatementError, match="needs its zone"), sessions.begin() as session:
        a_member(session).disabled_at = datetime(2026, 1, 1)  # noqa: DTZ001 - that is the point


@given(st.datetimes(min_value=datetime(1900, 1, 1), timezones=st.timezones()))  # noqa: DTZ001 - hypothesis asks so
def test_any_aware_time_survives_the_way_in_and_out(instant):
    kept = Instant().process_bind_param(instant, None)

    moment = instant.astimezone(UTC)  # compared there: two zones never agree on an hour that the clock skipped
    assert Instant().process_result_value(kept.replace(tzinfo=None), None) == moment  # as SQLite keeps it
    assert Instant().process_result_value(kept, None) == moment


def test_what_is_announced_is_told_once_and_only_after_the_commit(sessions):
    told = []
    watched = Sessions(sessions.engine, on_commit=told.append)

    with watched.begin() as session:
        announce(session, "door", lock_id="l1", level="open")
        a_member(session)
        assert told == []
        assert name_of(watched) is None
    with watched.begin():
        pass

    [[change]] = told
    assert (change.kind, change.what) == ("door", {"lock_id": "l1", "level": "open"})


def test_what_was_announced_in_a_failed_transaction_is_never_told(sessions, wang):
    told = []
    watched = Sessions(sessions.engine, on_commit=told.append)

    with pytest.raises(ZeroDivisionError):
        fail_after(watched, lambda session: announce(session, "door", lock_id="l1", level="open"))

    assert told == []


def test_sqlite_is_told_to_lose_nothing(tmp_path):
    engine = open_engine(f"sqlite:///{tmp_path / 'x.db'}")
    with engine.connect() as connection:
        answers = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    engine.dispose()

    assert answers == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30_000}


def test_threads_of_one_program_take_turns_at_writing_to_sqlite_without_ever_finding_it_busy(tmp_path, monkeypatch):
    engine = open_engine(f"sqlite:///{tmp_path / 'x.db'}")
    Base.metadata.create_all(engine)
    sessions = Sessions(engine)
    found_busy = []
    monkeypatch.setattr(time, "sleep", found_busy.append)

    def write_down(number):
        for no in range(10):
            with sessions.begin() as session:
                audit.append(session, actor="test", act="wrote", thing=f"{number}-{no}", now=NOON)

    at_once([partial(write_down, number) for number in range(8)])

    assert found_busy == []
    with sessions.read() as session:
        assert audit.head(session).seq == 80
    sessions.close()


@pytest.fixture
def two_programs(tmp_path):
    """Each with its own connections to one SQLite."""
    programs = [Sessions(open_engine(f"sqlite:///{tmp_path / 'x.db'}")) for _ in range(2)]
    yield programs
    for program in programs:
        program.close()


def test_whoever_waits_for_another_program_that_writes_tries_again_in_short_and_even_steps(two_programs, monkeypatch):
    one, other = two_programs
    steps = []
    with contextlib.ExitStack() as while_it_writes:
        while_it_writes.enter_context(one.begin()).connection()

        def step(seconds):
            steps.append(seconds)
            if len(steps) == 500:  # SQLite's own twelfth is a tenth of a second
                while_it_writes.close()

        monkeypatch.setattr(time, "sleep", step)
        with other.begin() as session:
            session.execute(text("CREATE TABLE mine (x)"))

    assert len(steps) == 500
    assert max(steps) < 0.001


def test_whoever_waits_in_vain_for_another_program_that_writes_is_told_so_and_can_write_later(
    two_programs, monkeypatch
):
    one, other = two_programs
    monkeypatch.setattr("gateway.kit.db.BUSY_TIMEOUT_MS", 20)
    with one.begin() as session:
        session.connection()
        with pytest.raises(DBAPIError, match="locked"), other.begin() as waiting:
            waiting.connection()

    with other.begin() as session:
        session.execute(text("CREATE TABLE mine (x)"))
        assert session.scalar(text("PRAGMA busy_timeout")) == 20, "whatever else is busy is waited for as well"
