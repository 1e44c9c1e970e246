"""What the clock asks for: done when it asks, and harmless when it asks late or twice."""

import threading
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from sqlalchemy import func, select

from devices.wire.signing import SigningKey
from gateway import anchors
from gateway.alerts import queries as alert_queries
from gateway.alerts import service as alerts
from gateway.alerts.model import Alert, AlertState
from gateway.backups import making
from gateway.ballots import queries as ballot_queries
from gateway.ballots import service as ballots
from gateway.ballots.model import Ballot, BallotState
from gateway.bookings import queries as bookings_queries
from gateway.bookings import series, waitlist
from gateway.bookings import service as bookings
from gateway.bookings.model import Booking, BookingState
from gateway.bookings.waits import Wait, WaitState
from gateway.centre import Centre, reading_store
from gateway.credentials import service as credentials
from gateway.credentials.service import HashedPin
from gateway.faults.model import Pulse, PulseEnd
from gateway.fleet import queries as fleet_queries
from gateway.fleet import service as fleet
from gateway.fleet.model import DevicePart, DoorLevel, PartHealth, Presence
from gateway.jobs import queries as job_queries
from gateway.jobs import service as jobs
from gateway.jobs.rules import JobHealth, health_of
from gateway.jobs.service import Run
from gateway.kiosks import limits, readers
from gateway.kiosks import queries as kiosk_queries
from gateway.kiosks import service as kiosks
from gateway.kiosks.model import KioskTry, KioskVisit, Presentation
from gateway.kit import audit
from gateway.kit.db import Sessions
from gateway.kit.right_of_way import RightOfWay
from gateway.lockers import service as lockers
from gateway.maintenance import assets, plans, running
from gateway.maintenance import photos as order_photos
from gateway.maintenance import queries as maintenance
from gateway.maintenance import service as work_orders
from gateway.maintenance.assets import Thing, What, Wish
from gateway.maintenance.model import AssetKind, OpenedBy, OrderKind, Taken
from gateway.maintenance.plans import Rhythm
from gateway.members import service as members
from gateway.members.model import MemberSession, Role
from gateway.notices import queries as notices
from gateway.policies.model import Layer, Limit
from gateway.policies.rules import Scope
from gateway.reports import queries as report_queries
from gateway.reports import service as reports
from gateway.reports.model import About, ReportState, Wrong
from gateway.settings import Settings
from gateway.spaces import outages
from gateway.spaces.rules import Span
from gateway.telemetry.queries import Series
from gateway.telemetry.store import Letter, Value, now_ms
from gateway.timekeeping import queries as timekeeping
from gateway.timetable import catch_up, open_timetable
from gateway.zones import service as zones
from gateway.zones.model import Placed
from tests.centre_builder import (
    NOON,
    HandClock,
    a_bank,
    a_device,
    a_machine,
    a_member,
    a_rule,
    a_space,
    lock_of,
    set_presence,
)
from tests.database_fixture import engine_of, lay_out

KEY = SigningKey.generate()


@pytest.fixture
def centre(sessions, tmp_path):
    (tmp_path / "data").mkdir()
    return Centre(tmp_path, Settings(site="demo"), sessions, HandClock())


@pytest.fixture
def timetable(centre):
    """Paused: the test is the clock."""
    timetable = open_timetable(centre, key=KEY, machine=a_machine(centre))
    timetable.start(paused=True)
    yield timetable
    timetable.shutdown(wait=False)


def run(timetable, job):
    timetable.get_job(job).func()


def test_sessions_that_have_ended_are_forgotten(centre, timetable):
    with centre.sessions.begin() as session:
        members.begin_session(session, member=a_member(session), now=NOON)
    centre.clock.advance(days=31)
    run(timetable, "forget_ended_sessions")
    with centre.sessions.read() as session:
        assert session.scalar(select(func.count()).select_from(MemberSession)) == 0


def test_visits_that_are_over_and_wrong_pins_of_hours_ago_are_forgotten_and_younger_ones_are_not(centre, timetable):
    with centre.sessions.begin() as session:
        member = a_member(session)
        made = HashedPin(hash="x", pepper="here")
        credentials.choose_pin(session, member=member, made=made, now=NOON)
        credentials.register_card(
            session, member=member, number_hash="n", pepper="here", label="", actor="desk", now=NOON
        )
        kiosk, _ = kiosks.register(session, name="hall", bank_id=None, actor="test", now=NOON)
        claim = kiosk_queries.claim_of_card(session, number_hash="n", now=NOON)
        kiosks.let_in(session, kiosk=kiosk, claim=claim, now=NOON)
        limits.take_try(session, kiosk_id=kiosk.id, subject="one", now=NOON)
        readers.present(session, kiosk=kiosk, handle="h", card_hash="n", code=None, at=NOON + timedelta(minutes=8))
    left = []
    for minutes in (9, 51):
        centre.clock.advance(minutes=minutes)
        run(timetable, "forget_ended_sessions")
        with centre.sessions.read() as session:
            left.append(
                [
                    session.scalar(select(func.count()).select_from(table))
                    for table in (KioskVisit, KioskTry, Presentation)
                ]
            )
    assert left == [[1, 1, 1], [0, 0, 0]]


def test_the_trails_head_is_anchored_once_however_often_asked(centre, timetable):
    with centre.sessions.begin() as session:
        audit.append(session, actor="a", act="did", thing="it", now=NOON)
    for _ in range(3):
        run(timetable, "anchor_the_audit_trail")
    kept = anchors.read(centre.directory / "data" / anchors.FILE_NAME, key=KEY.public())
    with centre.sessions.read() as session:
        assert kept == {1: audit.head(session).hash}


def test_a_member_is_reminded_of_a_booking_once_and_not_when_it_is_over(centre, timetable):
    with centre.sessions.begin() as session:
        a_space(session, "lawn")
        wang, policy = a_member(session), centre.booking_policy
        span = Span(NOON + timedelta(hours=2), NOON + timedelta(hours=3))
        bookings.book(session, member=wang, space_id="lawn", span=span, policy=policy, now=NOON)
    told = []
    for minutes in (59, 1, 1, 119):
        centre.clock.advance(minutes=minutes)
        run(timetable, "remind_of_bookings")
        with centre.sessions.read() as session:
            told.append([notice.kind for notice in notices.notices_for(session, member_id=wang.id, limit=9)])
    assert told == [[], ["booking_soon"], ["booking_soon"], []]


def test_a_booking_that_nobody_came_to_is_given_back(centre, timetable):
    with centre.sessions.begin() as session:
        a_space(session, "lawn")
        wang, policy = a_member(session), centre.booking_policy
        span = Span(NOON, NOON + timedelta(hours=1))
        booking = bookings.book(session, member=wang, space_id="lawn", span=span, policy=policy, now=NOON)
    centre.clock.advance(minutes=15)
    for _ in range(2):
        run(timetable, "release_no_shows")
    with centre.sessions.read() as session:
        assert session.get_one(Booking, booking.id).state is BookingState.RELEASED


def test_a_booking_in_whose_room_a_sensor_sees_somebody_is_left_alone_until_it_does_not(centre, timetable):
    with centre.sessions.begin() as session:
        a_space(session, "lawn")
        wang, policy = a_member(session), centre.booking_policy
        span = Span(NOON, NOON + timedelta(hours=1))
        booking = bookings.book(session, member=wang, space_id="lawn", span=span, policy=policy, now=NOON)
        zones.make_zone(session, zone_id="garden", name_zh="花园", name_en="Garden", actor="x", now=NOON)
        for what, ref in ((Placed.SPACE, "lawn"), (Placed.DEVICE, "pir-1")):
            zones.place(session, what=what, ref=ref, zone_id="garden", actor="x", now=NOON)
    readings = reading_store(centre.directory, centre.settings)
    (centre.directory / "data").mkdir(exist_ok=True)
    readings.prepare()
    centre.clock.advance(minutes=15)
    taken_ms = now_ms(centre.clock.now())
    readings.keep([Letter("pir-1", "0" * 16, 1, 1, taken_ms, [Value("lawn", "motion", 1.0)])])
    readings.close()

    found = []
    for _ in range(2):
        run(timetable, "release_no_shows")
        with centre.sessions.read() as session:
            found.append(session.get_one(Booking, booking.id).state)
        centre.clock.advance(minutes=20)

    assert found == [BookingState.CONFIRMED, BookingState.RELEASED]


def test_what_is_promised_within_a_second_comes_back_each_second(timetable):
    """A line is drawn, and a check-in that no door has borne out is taken back."""
    each_second = {job.id for job in timetable.get_jobs() if job.trigger.interval == timedelta(seconds=1)}

    assert each_second == {"draw_lines", "annul_fresh_check_ins"}


def test_a_check_in_is_taken_back_at_once_or_when_its_door_is_seen_again(centre, timetable):
    with centre.sessions.begin() as session:
        a_device(session, "doors", doors=1)
        lock = fleet_queries.lock_at(session, "doors", 1)
        a_space(session, "room", lock_id=lock.id)
        lock.level = DoorLevel.UNKNOWN
        wang, policy = a_member(session), centre.booking_policy
        span = Span(NOON, NOON + timedelta(hours=1))
        booking = bookings.book(session, member=wang, space_id="room", span=span, policy=policy, now=NOON)

    def come():
        with centre.sessions.begin() as session:
            of = session.get_one(Booking, booking.id)
            bookings.check_in(session, booking=of, policy=policy, now=centre.clock.now())

    def stands_after(job):
        run(timetable, job)
        with centre.sessions.read() as session:
            return session.get_one(Booking, booking.id).checked_in_at is not None

    come()
    centre.clock.advance(minutes=3)
    assert stands_after("annul_unproved_check_ins"), "nobody can tell"
    with centre.sessions.begin() as session:
        fleet_queries.lock_at(session, "doors", 1).level = DoorLevel.SHUT
    assert stands_after("annul_fresh_check_ins"), "it is not fresh any more"
    assert not stands_after("annul_unproved_check_ins")
    come()
    centre.clock.advance(seconds=14)
    assert stands_after("annul_fresh_check_ins")
    centre.clock.advance(seconds=1)
    assert not stands_after("annul_fresh_check_ins")


def test_a_booking_that_nobody_agreed_to_in_time_is_a_no(centre, timetable):
    with centre.sessions.begin() as session:
        a_space(session, "lawn")
        a_rule(session, Limit.NEEDS_APPROVAL, 1)
        wang, policy = a_member(session), centre.booking_policy
        span = Span(NOON + timedelta(hours=1), NOON + timedelta(hours=2))
        booking = bookings.book(session, member=wang, space_id="lawn", span=span, policy=policy, now=NOON)
    run(timetable, "deny_unanswered_bookings")
    with centre.sessions.read() as session:
        assert session.get_one(Booking, booking.id).state is BookingState.PENDING
    centre.clock.advance(hours=1)
    for _ in range(2):
        run(timetable, "deny_unanswered_bookings")
    with centre.sessions.read() as session:
        assert session.get_one(Booking, booking.id).state is BookingState.DENIED
        kinds = [notice.kind for notice in notices.notices_for(session, member_id=wang.id, limit=9)]
    assert kinds == ["booking_unanswered"]


def test_a_series_to_which_nobody_comes_is_trimmed(centre, timetable):
    with centre.sessions.begin() as session:
        a_space(session, "lawn")
        wang, policy, first = a_member(session), centre.booking_policy, Span(NOON, NOON + timedelta(hours=1))
        made, _ = series.book(
            session,
            member=wang,
            space_id="lawn",
            first=first,
            recurs="FREQ=DAILY;COUNT=4",
            all_or_none=False,
            policy=policy,
            now=NOON,
        )
    for _ in range(3):
        centre.clock.advance(minutes=15)
        run(timetable, "release_no_shows")
        centre.clock.advance(minutes=6)  # until then the member may have it again
        for _ in range(2):
            run(timetable, "trim_dead_series")
        centre.clock.advance(hours=23, minutes=39)

    with centre.sessions.read() as session:
        states = [turn.booking.state for turn in bookings_queries.turns(session, made.id)]
        told = [notice.kind for notice in notices.notices_for(session, member_id=wang.id, limit=9)]
    assert states == [BookingState.RELEASED] * 3 + [BookingState.CANCELLED]
    assert told == ["series_trimmed", *["booking_released"] * 3]


def test_a_member_whose_rental_is_over_time_is_told_so(centre, timetable):
    with centre.sessions.begin() as session:
        a_bank(session)
        wang = a_member(session)
        lockers.rent(
            session, member=wang, now=NOON, until=NOON + timedelta(days=1), max_days=7, unsettled_locks=frozenset
        )
    centre.clock.advance(days=1)
    for _ in range(2):
        run(timetable, "tell_of_late_rentals")
    with centre.sessions.read() as session:
        kinds = [notice.kind for notice in notices.notices_for(session, member_id=wang.id, limit=9)]
    assert kinds == ["rental_grace"]


def test_an_alert_that_nobody_took_up_is_escalated_and_one_that_is_over_is_cleared(centre, timetable):
    with centre.sessions.begin() as session:
        forced = alerts.raise_alert(session, kind="forced", thing="lock-1", now=NOON)
        codes = alerts.raise_alert(session, kind="wrong_codes", thing="kiosk", now=NOON)
    centre.clock.advance(hours=1)
    for _ in range(2):
        run(timetable, "look_after_alerts")
    with centre.sessions.read() as session:
        assert session.get_one(Alert, forced.id).escalated_at == NOON + timedelta(hours=1)
        assert session.get_one(Alert, codes.id).state is AlertState.CLEARED


def test_a_door_that_stays_open_and_boards_and_banks_that_stay_away_are_told(centre, timetable):
    with centre.sessions.begin() as session:
        a_bank(session)
        a_device(session, "bank-b")
        set_presence(session, Presence.OFFLINE, "bank-b")
        session.add(
            DevicePart(device_id="bank-a", name="usb0#1", health=PartHealth.LOST, health_at=NOON, doors="[[1, 2]]")
        )
        fleet.note_levels(session, device_id="bank-a", levels={1: DoorLevel.OPEN}, now=NOON)
    centre.clock.advance(minutes=5)
    for _ in range(2):
        run(timetable, "look_for_faults")
    with centre.sessions.read() as session:
        found = {alert.kind: alert.count for alert in alert_queries.all_standing(session)}
    assert found == {"ajar": 1, "board_dead": 1, "device_silent": 1}


class Stops(RightOfWay):
    """Counts how often somebody was ready to give way, and what was done by then."""

    def __init__(self, done):
        super().__init__()
        self.done, self.at = done, []

    def give_way(self):
        self.at.append(self.done())


def test_between_two_things_that_a_job_does_an_unlock_may_go_first(centre):
    def told():
        with centre.sessions.read() as session:
            return len(alert_queries.all_standing(session))

    with centre.sessions.begin() as session:
        for name in ("bank-a", "bank-b", "bank-c"):
            a_device(session, name)
            set_presence(session, Presence.OFFLINE, name)
    centre.clock.advance(minutes=5)
    stops = Stops(told)
    timetable = open_timetable(centre, key=KEY, machine=a_machine(centre), right_of_way=stops)
    timetable.start(paused=True)
    run(timetable, "look_for_faults")
    timetable.shutdown(wait=False)

    assert set(stops.at) == {0, 1, 2, 3}


def test_of_many_jobs_that_are_due_at_once_two_are_done_at_a_time(timetable):
    begun, is_over = threading.Semaphore(0), threading.Event()

    def job():
        begun.release()
        is_over.wait(60)

    for _ in range(4):
        timetable.add_job(job)
    timetable.resume()
    try:
        assert begun.acquire(timeout=60)
        assert begun.acquire(timeout=60)
        assert not begun.acquire(timeout=0.1)
    finally:
        is_over.set()


def test_a_kiosk_that_went_dark_is_told(centre, timetable):
    with centre.sessions.begin() as session:
        kiosk, _ = kiosks.register(session, name="大厅", bank_id=None, actor="test", now=NOON)
        kiosks.note_seen(session, kiosk_id=kiosk.id, now=NOON)
    centre.clock.advance(minutes=5)
    for _ in range(2):
        run(timetable, "look_for_faults")
    with centre.sessions.read() as session:
        found = {alert.kind: alert.count for alert in alert_queries.all_standing(session)}
    assert found == {"kiosk_silent": 1}


def test_a_latch_that_has_become_slow_is_told(centre, timetable):
    with centre.sessions.begin() as session:
        a_bank(session)
        lock_id = lock_of(session, "01")
        for number in range(70):
            session.add(
                Pulse(
                    lock_id=lock_id,
                    cmd_id=f"{number:032x}",
                    pulsed_at=NOON + timedelta(minutes=number),
                    came_to=PulseEnd.OPENED,
                    open_ms=300 if number < 50 else 900,
                )
            )
    for _ in range(2):
        run(timetable, "look_at_latches")
    with centre.sessions.read() as session:
        assert [(alert.kind, alert.count) for alert in alert_queries.all_standing(session)] == [("slow_latch", 1)]


def test_a_broker_that_is_away_is_told_by_the_clock_alone(centre):
    timetable = open_timetable(centre, key=KEY, machine=a_machine(centre, is_broker_there=False))
    timetable.start(paused=True)
    for _ in range(2):
        run(timetable, "write_down_runs")
        run(timetable, "look_after_the_machine")
        centre.clock.advance(minutes=1)
    timetable.shutdown(wait=False)
    with centre.sessions.read() as session:
        assert "broker_away" in {alert.kind for alert in alert_queries.all_standing(session)}


def alert_raised_by_ticks(centre, timetable, job):
    """When the alert of a job that comes a little early each minute stands, as the timetable would run it."""
    due_at = NOON
    while due_at < NOON + timedelta(minutes=10):
        centre.clock.instant = due_at
        timetable.get_job(job).modify(next_run_time=due_at + timedelta(seconds=59.99))
        run(timetable, job)
        with centre.sessions.read() as session:
            if standing := alert_queries.all_standing(session):
                return standing[0].kind, standing[0].raised_at - NOON
        due_at = timetable.get_job(job).next_run_time
    raise AssertionError("nothing was raised")


def test_a_machine_in_need_is_told_when_the_hold_is_over_and_no_tick_later(centre):
    timetable = open_timetable(centre, key=KEY, machine=a_machine(centre, is_broker_there=False))
    timetable.start(paused=True)
    assert alert_raised_by_ticks(centre, timetable, "look_after_the_machine") == ("broker_away", timedelta(minutes=1))
    timetable.shutdown(wait=False)


def test_a_board_that_does_not_answer_is_told_when_the_hold_is_over_and_no_tick_later(centre, timetable):
    with centre.sessions.begin() as session:
        a_bank(session)
        session.add(
            DevicePart(device_id="bank-a", name="usb0#1", health=PartHealth.LOST, health_at=NOON, doors="[[1, 2]]")
        )
    assert alert_raised_by_ticks(centre, timetable, "look_for_faults") == ("board_dead", timedelta(minutes=1))


def test_the_centre_is_copied_once_a_night_by_the_clock_alone(sqlite_file, sqlite_template, tmp_path):
    (tmp_path / "hearth.toml").write_text('site = "demo"\n')
    centre = Centre(
        tmp_path, Settings(site="demo"), Sessions(engine_of(lay_out(sqlite_template, sqlite_file))), HandClock()
    )
    timetable = open_timetable(centre, key=KEY, machine=a_machine(centre))
    timetable.start(paused=True)
    made = []
    for _ in range(4 * 24 * 3):  # NOON is 12:00 there; a look each quarter of an hour
        run(timetable, "copy_the_centre")
        made = [one.made_at for one in making.copies(centre.directory, centre.settings)]
        centre.clock.advance(minutes=15)
    timetable.shutdown(wait=False)
    centre.sessions.close()

    assert made == [NOON + timedelta(hours=15 + 24 * day) for day in (2, 1, 0)] + [NOON]


def test_a_job_whose_time_passed_while_the_machine_was_off_still_runs_once(timetable):
    for job in timetable.get_jobs():
        assert (job.misfire_grace_time, job.coalesce, job.max_instances) == (None, True, 1)


def test_every_job_comes_back_within_the_hour(timetable):
    assert all(job.trigger.interval <= timedelta(hours=1) for job in timetable.get_jobs())


def test_a_line_is_drawn_at_its_instant_or_as_soon_as_there_is_a_clock_again(centre, timetable):
    with centre.sessions.begin() as session:
        a_space(session, "lawn")
        a_rule(session, Limit.WEEK_OPENS_AT, 720)
        wang, policy = a_member(session), centre.booking_policy
        when = Span(NOON + timedelta(days=8), NOON + timedelta(days=8, hours=1))
        wish = {"space_id": "lawn", "span": when, "policy": policy, "now": NOON}
        wait_id = waitlist.join(session, member=wang, **wish).id
    run(timetable, "draw_lines")
    with centre.sessions.read() as session:
        assert session.get_one(Wait, wait_id).state is WaitState.WAITING
    centre.clock.advance(days=1, minutes=5)  # nothing ran meanwhile
    for _ in range(2):
        run(timetable, "draw_lines")
    with centre.sessions.read() as session:
        wait = session.get_one(Wait, wait_id)
        assert (wait.state, wait.joined_at) == (WaitState.OFFERED, NOON + timedelta(days=1))
        assert wait.offer_until == NOON + timedelta(days=1, minutes=15)


def test_a_ballot_is_drawn_late_and_once_after_a_time_without_a_clock(centre, timetable):
    with centre.sessions.begin() as session:
        space = a_space(session, "lawn")
        a_rule(session, Limit.BALLOT_CLOSES_AT, 9600, scope=Scope(Layer.SPACE, "lawn"))
        wang, policy = a_member(session), centre.booking_policy
        ten = Span(NOON + timedelta(days=3, hours=-2), NOON + timedelta(days=3, hours=-1))
    for _ in range(2):
        run(timetable, "open_ballots")
    with centre.sessions.begin() as session:
        [ballot] = ballot_queries.ballots(session, now=NOON)
        wishes = [(space.id, ten)]
        ballots.hand_in(session, ballot_id=ballot.id, member=wang, wishes=wishes, guests=0, policy=policy, now=NOON)
    run(timetable, "draw_ballots")
    with centre.sessions.read() as session:
        assert session.get_one(Ballot, ballot.id).state is BallotState.OPEN
    centre.clock.advance(days=2)  # nothing ran meanwhile
    for _ in range(2):
        run(timetable, "draw_ballots")
    with centre.sessions.read() as session:
        assert session.get_one(Ballot, ballot.id).drawn_at == NOON + timedelta(days=2)
        assert [one.starts_at for one in session.scalars(select(Booking))] == [ten.starts_at]


def jobs_of(centre):
    with centre.sessions.read() as session:
        return {job.name: job for job in job_queries.jobs(session)}


def test_every_job_is_written_down_with_its_last_run_and_when_it_is_due_next(centre, timetable):
    run(timetable, "release_no_shows")
    centre.clock.advance(minutes=1)
    run(timetable, "write_down_runs")

    found = jobs_of(centre)
    assert set(found) == {job.id for job in timetable.get_jobs()}
    ran = found["release_no_shows"]
    assert (ran.ran_at, ran.done_at, ran.fault, ran.every_min) == (NOON, NOON, "", 1)
    assert ran.due_at == timetable.get_job("release_no_shows").next_run_time
    assert (found["look_at_latches"].ran_at, found["look_at_latches"].every_min) == (None, 60)
    assert {health_of(job, centre.clock.now()) for job in found.values()} == {JobHealth.WELL}


def test_until_when_time_has_come_is_kept_in_the_same_commit(centre, timetable):
    centre.clock.advance(minutes=1)
    run(timetable, "write_down_runs")

    with centre.sessions.read() as session:
        assert timekeeping.known_time(session) == centre.clock.now()


def test_a_clock_that_is_set_back_keeps_no_job_waiting_for_it_to_be_there_again(centre):
    timetable = open_timetable(centre, key=KEY, machine=a_machine(centre))
    timetable.start(paused=True)
    set_back = datetime.now(UTC) - timedelta(days=1)
    due_at = {job.id: job.next_run_time for job in timetable.get_jobs()}

    catch_up(timetable, min(due_at.values()))
    assert {job.id: job.next_run_time for job in timetable.get_jobs()} == due_at, "a clock that is right moves nothing"
    catch_up(timetable, set_back)

    assert {job.next_run_time for job in timetable.get_jobs()} == {set_back}
    timetable.shutdown(wait=False)


def test_what_a_plan_asks_for_and_what_is_new_in_the_house_wait_for_no_hour(centre, timetable):
    run(timetable, "write_down_runs")
    found = jobs_of(centre)
    assert (found["take_up_assets"].every_min, found["order_planned_work"].every_min) == (1, 5)


@pytest.mark.parametrize("job", ["look_after_outages", "look_after_alerts"])
def test_a_move_is_offered_and_a_shelf_is_over_within_seconds(timetable, job):
    assert timetable.get_job(job).trigger.interval <= timedelta(seconds=10)


def test_a_job_that_fails_is_seen_to_fail_and_when_it_last_did_not(centre, timetable, monkeypatch):
    run(timetable, "release_no_shows")
    monkeypatch.setattr(bookings_queries, "unattended", lambda session, now: [1 / 0])
    centre.clock.advance(minutes=1)
    with pytest.raises(ZeroDivisionError):
        run(timetable, "release_no_shows")
    run(timetable, "write_down_runs")

    job = jobs_of(centre)["release_no_shows"]
    assert (job.ran_at, job.done_at) == (centre.clock.now(), NOON)
    assert job.fault == "ZeroDivisionError: division by zero"
    assert health_of(job, centre.clock.now()) is JobHealth.FAILING


def test_a_gateway_that_starts_again_still_knows_when_a_job_last_ran_and_forgets_one_that_is_gone(centre, timetable):
    with centre.sessions.begin() as session:
        gone = Run(name="dust_the_shelves", every_min=1, ran_at=NOON, done_at=NOON, due_at=None)
        jobs.write_down(session, runs=[gone], since=NOON)
    run(timetable, "release_no_shows")
    run(timetable, "write_down_runs")
    centre.clock.advance(days=1)
    again = open_timetable(centre, key=KEY, machine=a_machine(centre))
    again.start(paused=True)
    run(again, "write_down_runs")
    again.shutdown(wait=False)

    found = jobs_of(centre)
    assert "dust_the_shelves" not in found
    ran = found["release_no_shows"]
    assert (ran.ran_at, ran.done_at) == (NOON, NOON)
    assert health_of(ran, centre.clock.now()) is JobHealth.WELL, "it was off, and missed nothing"


def test_a_job_is_overdue_when_it_missed_three_turns_and_five_minutes(centre, timetable):
    run(timetable, "release_no_shows")
    run(timetable, "write_down_runs")
    job = jobs_of(centre)["release_no_shows"]

    assert health_of(job, NOON + timedelta(minutes=8)) is JobHealth.WELL
    assert health_of(job, NOON + timedelta(minutes=8, seconds=1)) is JobHealth.OVERDUE


def test_doors_become_assets_planned_work_is_ordered_and_wear_is_foreseen_by_the_clock_alone(centre, timetable):
    with centre.sessions.begin() as session:
        a_bank(session, sizes="SM")
        slow = lock_of(session, "01")
        for number in range(480):
            at = NOON - timedelta(hours=6 * (480 - number))
            came = {"came_to": PulseEnd.OPENED, "open_ms": 300 + number // 3, "judged_at": at}
            session.add(Pulse(lock_id=slow, cmd_id=f"{number}", pulsed_at=at, **came))
    run(timetable, "take_up_assets")
    with centre.sessions.begin() as session:
        assert len(maintenance.assets(session)) == 2
        facts = {"name_zh": "清洁", "name_en": "Clean", "blocks_when_due": False, "actor": "test", "now": NOON}
        plans.make_plan(session, of=AssetKind.COMPARTMENT_DOOR, rhythm=Rhythm(every_days=10), **facts)
    for _ in range(2):
        run(timetable, "foresee_wear")
    centre.clock.advance(days=9)
    for _ in range(2):
        run(timetable, "order_planned_work")
    with centre.sessions.read() as session:
        opened = [one.opened_by for one in maintenance.orders(session)]
    assert sorted(opened) == [OpenedBy.PLAN, OpenedBy.PLAN, OpenedBy.PREDICTION]


def test_whose_booked_space_is_out_of_order_is_offered_another_and_in_the_end_cancelled(centre, timetable):
    policy = centre.booking_policy
    with centre.sessions.begin() as session:
        room, wang = a_space(session, "room"), a_member(session)
        a_space(session, "study")
        span = Span(NOON + timedelta(hours=2), NOON + timedelta(hours=3))
        booking = bookings.book(session, member=wang, space_id="room", span=span, policy=policy, now=NOON)
        facts = {"starts_at": NOON, "ends_at": None, "reason": "x", "actor": "staff", "now": NOON}
        outages.begin(session, space=room, **facts)
    run(timetable, "look_after_outages")
    with centre.sessions.read() as session:
        assert [one.kind for one in notices.notices_for(session, member_id=wang.id, limit=9)] == ["move_offered"]

    centre.clock.advance(hours=2)
    run(timetable, "look_after_outages")

    with centre.sessions.read() as session:
        assert session.get_one(Booking, booking.id).state is BookingState.CANCELLED


def test_old_photos_are_forgotten(centre, timetable):
    with centre.sessions.begin() as session:
        wang, staff = a_member(session), a_member(session, "s003", role=Role.TECHNICIAN)
        facts = {"about": About.ELSEWHERE, "thing_id": None, "wrong": Wrong.BROKEN, "words": "", "jpeg": b"x"}
        made = reports.report(session, member=wang, now=NOON, **facts)
        reports.answer(session, report_id=made.id, to=ReportState.MENDED, words="x", staff=staff, now=NOON)
    centre.clock.advance(days=91)

    run(timetable, "forget_old_photos")

    with centre.sessions.read() as session:
        assert not report_queries.has_photo(session, made.id)


def test_hours_that_a_machine_runs_are_counted_from_what_its_power_sensor_said(centre, timetable):
    with centre.sessions.begin() as session:
        wish = Wish(name_zh="风扇", name_en="Fan")
        fan = assets.add_asset(session, kind=AssetKind.FAN, wish=wish, actor="x", now=NOON)
        plug = Series(1, "plug-1", "relay", "power", None)
        facts = {"asset_id": fan.id, "series": plug, "runs_from_w": 5, "actor": "x", "now": NOON}
        running.set_power_sensor(session, **facts)
    run(timetable, "count_running_hours")  # no readings are kept yet
    readings = reading_store(centre.directory, centre.settings)
    readings.prepare()
    for no in range(12):
        at = now_ms(NOON + timedelta(minutes=10 * no))
        readings.keep([Letter("plug-1", "0" * 16, no + 1, 1, at, [Value("relay", "power", 60.0)])])
    centre.clock.advance(hours=3)
    readings.roll_up(now_ms=now_ms(centre.clock.now()))
    readings.close()

    run(timetable, "count_running_hours")

    with centre.sessions.read() as session:
        assert running.ran_h(session, fan, since=NOON, now=centre.clock.now()) == 2


def test_old_photos_of_work_orders_are_forgotten(centre, timetable):
    with centre.sessions.begin() as session:
        a_space(session)
        staff = a_member(session, "s003", role=Role.TECHNICIAN)
        facts = {"kind": OrderKind.REPAIR, "reason": "x", "opened_by": OpenedBy.HAND, "now": NOON}
        order = work_orders.open_order(session, about=Thing(What.SPACE, "room"), **facts)
        photo = {"taken": Taken.BEFORE, "caption": "", "jpeg": b"x", "actor": staff, "now": NOON}
        order_photos.add(session, order_id=order.id, **photo)
        work_orders.cancel(session, order_id=order.id, note="", actor=staff, now=NOON)
    centre.clock.advance(days=366)

    run(timetable, "forget_old_photos")

    with centre.sessions.read() as session:
        assert maintenance.photos(session, order.id) == []


def test_a_zone_that_fills_up_is_told_by_what_its_counter_said(centre, timetable):
    with centre.sessions.begin() as session:
        a_space(session)  # open from 8 to 22
        a_device(session, "node", doors=0)
        zones.make_zone(session, zone_id="hall", name_zh="大厅", name_en="Hall", actor="x", now=NOON)
        zones.set_crowd(session, zone_id="hall", capacity=10, is_shown=None, actor="x", now=NOON)
        zones.place(session, what=Placed.DEVICE, ref="node", zone_id="hall", actor="x", now=NOON)
    run(timetable, "look_at_crowds")  # nobody has counted anything yet

    readings = reading_store(centre.directory, centre.settings)
    readings.prepare()
    told = []
    numbers = count(1)
    for ago_min in range(16 * 60, 0, -10):
        readings.keep([counted(next(numbers), centre.clock.now() - timedelta(minutes=ago_min), came=0)])
    for _ in range(7):
        readings.keep([counted(next(numbers), centre.clock.now(), came=9)])
        run(timetable, "look_at_crowds")
        with centre.sessions.read() as session:
            told.append(alert_queries.standing(session, kind="crowded", thing="hall") is not None)
        centre.clock.advance(minutes=1)
    readings.close()

    assert told == [False, False, False, False, False, True, True]


def counted(no, at, *, came):
    values = [Value("main", "entries", float(came)), Value("main", "exits", 0.0)]
    return Letter("node", "0" * 16, no, 1, now_ms(at), values)
