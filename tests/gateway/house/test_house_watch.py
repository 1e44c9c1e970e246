"""What is wrong with the machine is an alert, a sentence each, and goes when it is right again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from gateway.alerts.kinds import KINDS
from gateway.alerts.model import Alert, AlertState
from gateway.alerts.rules import is_so
from gateway.house.rules import Look, Sync
from gateway.house.watch import MACHINE, Watch
from gateway.kit import audit
from gateway.machine import Machine, sync_of
from gateway.settings import Settings
from gateway.timekeeping import service as timekeeping
from tests.centre_builder import NOON, HandClock

MINUTE = timedelta(minutes=1)
SOUND = Look(
    free_mb=20_000,
    sync=Sync.YES,
    is_broker_there=True,
    commit_s=0.01,
    are_readings_refused=False,
    copied_at=NOON - timedelta(hours=9),
    are_copies_ours=True,
)
WRONG = [
    ("disk_nearly_full", {"free_mb": 300}, 1),
    ("broker_away", {"is_broker_there": False}, 1),
    ("clock_unsynchronised", {"sync": Sync.NO}, 30),
    ("database_slow", {"commit_s": 2.5}, 3),
    ("readings_refused", {"are_readings_refused": True}, 1),
    ("backup_old", {"copied_at": NOON - timedelta(days=3)}, 0),
]


def standing(session):
    return session.scalars(select(Alert.kind).where(Alert.cleared_at.is_(None)).order_by(Alert.kind)).all()


def look_on(session, watch, look, *, minutes, begin=NOON):
    for minute in range(minutes + 1):
        watch.note(session, look, now=begin + minute * MINUTE)


def test_of_a_sound_machine_nothing_is_said(session):
    look_on(session, Watch(), SOUND, minutes=60)

    assert session.scalars(select(Alert)).all() == []


@pytest.mark.parametrize(("kind", "seen", "minutes"), WRONG, ids=[kind for kind, _, _ in WRONG])
def test_what_is_wrong_for_long_enough_is_raised_once_and_goes_when_it_is_right(session, kind, seen, minutes):
    watch, bad = Watch(), replace(SOUND, **seen)
    look_on(session, watch, bad, minutes=minutes - 1)
    assert standing(session) == []

    look_on(session, watch, bad, minutes=5, begin=NOON + minutes * MINUTE)
    assert standing(session) == [kind]

    look_on(session, watch, SOUND, minutes=6, begin=NOON + (minutes + 6) * MINUTE)
    [one] = session.scalars(select(Alert))
    assert (one.thing, one.count, one.state) == (MACHINE, 1, AlertState.CLEARED)


def test_what_is_wrong_only_now_and_then_for_a_moment_is_no_alert(session):
    watch = Watch()
    for minute in range(0, 60, 2):
        watch.note(session, replace(SOUND, commit_s=2.5, is_broker_there=False), now=NOON + minute * MINUTE)
        watch.note(session, SOUND, now=NOON + (minute + 0.5) * MINUTE)

    assert standing(session) == []


def test_a_disk_that_is_nearly_full_stays_so_until_there_is_room_to_spare():
    kind = KINDS["disk_nearly_full"]
    assert [is_so(kind, mb, was_so=False) for mb in (399, 400)] == [True, False]
    assert [is_so(kind, mb, was_so=True) for mb in (599, 600)] == [True, False]


@pytest.mark.parametrize(
    ("now", "wrong"),
    [
        (datetime(2024, 12, 31, tzinfo=UTC), True),
        (NOON - timedelta(hours=1), True),
        (NOON - 2 * MINUTE, False),
        (NOON + timedelta(days=900), False),
    ],
)
def test_a_clock_before_a_time_that_has_come_is_wrong(session, now, wrong):
    timekeeping.keep(session, clock=HandClock())

    Watch().note(session, replace(SOUND, copied_at=now), now=now)

    assert standing(session) == (["clock_wrong"] if wrong else [])


def test_what_happens_under_a_wrong_clock_does_not_make_it_right(session):
    watch, clock = Watch(), HandClock()
    timekeeping.keep(session, clock=clock)
    clock.set_back(days=1)
    for _ in range(30):
        clock.advance(minutes=1)
        audit.append(session, actor="a", act="did", thing="it", now=clock.now())
        timekeeping.keep(session, clock=clock)
        watch.note(session, replace(SOUND, copied_at=clock.now()), now=clock.now())
        assert standing(session) == ["clock_wrong"]

    clock.advance(days=1)
    watch.note(session, replace(SOUND, copied_at=clock.now()), now=clock.now())
    assert standing(session) == []


def test_what_cannot_be_known_raises_nothing_and_clears_nothing(session):
    watch, unsynchronised = Watch(), replace(SOUND, sync=Sync.NO, commit_s=2.5)
    look_on(session, watch, unsynchronised, minutes=30)

    watch.note(session, replace(SOUND, sync=Sync.UNKNOWN, commit_s=None), now=NOON + 40 * MINUTE)
    watch.note(session, replace(SOUND, sync=Sync.UNKNOWN, commit_s=None), now=NOON + 50 * MINUTE)

    assert standing(session) == ["clock_unsynchronised", "database_slow"]


@pytest.mark.parametrize(
    ("answer", "sync"), [(0, Sync.YES), (1, Sync.YES), (5, Sync.NO), (-1, Sync.UNKNOWN), (None, Sync.UNKNOWN)]
)
def test_what_the_kernel_says_of_its_clock_is_one_of_three_words(answer, sync):
    assert sync_of(answer) is sync


def test_this_machine_can_be_looked_at(tmp_path):
    machine = Machine(tmp_path, Settings(site="demo"), is_broker_there=lambda: False, are_readings_refused=lambda: True)

    look = machine.look(commit_s=None)

    assert (look.is_broker_there, look.are_readings_refused, look.commit_s) == (False, True, None)
    assert look.free_mb > 0
    assert look.sync in Sync
