"""What the clock asks for. Nothing here decides about an opening: a job that runs late does no harm."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from devices.wire.signing import SigningKey
from gateway import anchors
from gateway.activities import queries as activity_queries
from gateway.activities import service as activities
from gateway.activities.rules import REMIND_BEFORE
from gateway.alerts import queries as alerts_queries
from gateway.alerts import service as alerts
from gateway.backups import making
from gateway.backups import rules as backups
from gateway.ballots import draw
from gateway.ballots import queries as ballot_queries
from gateway.ballots import service as ballots
from gateway.bookings import approvals, arrivals, booked_lockers, lines, moving, no_shows, reminders, series, waitlist
from gateway.bookings import queries as bookings_queries
from gateway.centre import Centre, reading_store
from gateway.channels import service as channels
from gateway.credit import service as credit
from gateway.crowd.look import look
from gateway.crowd.watch import Watch as CrowdWatch
from gateway.facility.presence import zones_with_people
from gateway.faults import queries as fault_queries
from gateway.faults import service as faults
from gateway.house.rules import Look
from gateway.house.watch import Watch
from gateway.jobs import service as jobs
from gateway.jobs.service import Run
from gateway.kiosks import limits, silence
from gateway.kiosks import service as kiosks
from gateway.kit import audit
from gateway.kit.db import persevere
from gateway.kit.right_of_way import RightOfWay
from gateway.lockers import queries as lockers_queries
from gateway.lockers import service as lockers
from gateway.machine import Machine
from gateway.maintenance import assets, foresight, plans, running
from gateway.maintenance import photos as order_photos
from gateway.members import service as members
from gateway.policies import queries as policies
from gateway.reports import service as reports
from gateway.telemetry import queries as telemetry
from gateway.telemetry.store import NoReadingsError, ReadingStore, now_ms
from gateway.timekeeping import service as timekeeping
from gateway.zones import queries as zones

T = TypeVar("T")

_SECOND: Final = timedelta(seconds=1)
_MINUTE: Final = timedelta(minutes=1)
_HOUR: Final = timedelta(hours=1)
_AT_ONCE: Final = 2  # jobs: a copy of the centre keeps none that comes each second, and no crowd of them an unlock
_FRESH: Final = timedelta(minutes=2)  # a check-in, after which it is looked at each minute with all the others


def open_timetable(
    centre: Centre, *, key: SigningKey, machine: Machine, right_of_way: RightOfWay | None = None
) -> BackgroundScheduler:
    """The centre's jobs, each safe to run twice or late. Start it and shut it down yourself.

    `right_of_way`: who goes first. None: nobody else is here.
    """
    timetable = BackgroundScheduler(
        timezone=UTC,
        executors={"default": ThreadPoolExecutor(_AT_ONCE)},
        # A job whose hour passed while the machine was off runs once on return, however late (the default drops it).
        job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
    )
    give_way = (right_of_way or RightOfWay()).give_way
    log = _Log(centre, timetable, give_way)
    for job, every in [
        *_Jobs(
            centre,
            key,
            lambda: machine.look(commit_s=log.commit_s),
            sooner=partial(_bring_forward, timetable),
            give_way=give_way,
        ).all(),
        (log.write_down_runs, _MINUTE),
    ]:
        timetable.add_job(log.noting(job, every), "interval", seconds=every // _SECOND, id=job.__name__)
    return timetable


def catch_up(timetable: BackgroundScheduler, now: datetime) -> None:
    """Run at once whatever is due later than one interval from now: the clock was set back.

    The timetable itself would sleep until the clock is there again, for a whole day if need be. Cheap to ask often.
    """
    for job in timetable.get_jobs():
        if job.next_run_time is not None and job.next_run_time > now + job.trigger.interval + _SECOND:
            job.modify(next_run_time=now)


def _bring_forward(timetable: BackgroundScheduler, name: str, at: datetime) -> None:
    """Run a job then already, if it would be later; from there on it goes by its interval again."""
    job = timetable.get_job(name)
    if job is not None and job.next_run_time is not None and at < job.next_run_time:
        job.modify(next_run_time=at)


class _Log:
    """How each job went: kept at hand, and written down all together, since a card wears with every commit."""

    def __init__(self, centre: Centre, timetable: BackgroundScheduler, give_way: Callable[[], None]) -> None:
        self._centre = centre
        self._timetable = timetable
        self._give_way = give_way
        self._since = centre.clock.now()
        self._runs: dict[str, Run] = {}
        self.commit_s: float | None = None  # how long writing it down took, the last time

    def noting(self, job: Callable[[], None], every: timedelta) -> Callable[[], None]:
        """The job, with every run of it noted; what it raises goes on to the timetable, which logs it."""
        name = job.__name__
        self._runs[name] = Run(name=name, every_min=max(1, every // _MINUTE), ran_at=None, done_at=None, due_at=None)

        def run() -> None:
            self._give_way()
            began_at = self._centre.clock.now()
            try:
                job()
            except Exception as error:
                told = f"{type(error).__name__}: {error}"[:120]
                self._runs[name] = replace(self._runs[name], ran_at=began_at, fault=told)
                raise
            self._runs[name] = replace(self._runs[name], ran_at=began_at, done_at=began_at, fault="")

        return run

    def write_down_runs(self) -> None:
        """And in the same commit until when time has come."""
        runs = [replace(run, due_at=self._due_at(run.name)) for run in list(self._runs.values())]
        began = self._centre.clock.monotonic()
        with self._centre.sessions.begin() as session:
            jobs.write_down(session, runs=runs, since=self._since)
            timekeeping.keep(session, clock=self._centre.clock)
        self.commit_s = self._centre.clock.monotonic() - began

    def _due_at(self, name: str) -> datetime | None:
        job = self._timetable.get_job(name)
        return job.next_run_time if job else None


class _Jobs:
    """What is looked for is read at once, and done one by one: nobody's unlock waits for all of it.

    `look`: at the machine. `sooner` is handed a job's name and when it must come at the latest. `give_way` waits, if
    need be, before each thing that is done.
    """

    def __init__(
        self,
        centre: Centre,
        key: SigningKey,
        look: Callable[[], Look],
        *,
        sooner: Callable[[str, datetime], None],
        give_way: Callable[[], None],
    ) -> None:
        self._centre = centre
        self._key = key
        self._look = look
        self._sooner = sooner
        self._give_way = give_way
        self._watch = Watch()
        self._crowds = CrowdWatch()
        self._up_since = centre.clock.now()

    def all(self) -> list[tuple[Callable[[], None], timedelta]]:
        """Each with its interval. What comes back each second reads, and writes only where there is something to do."""
        return [
            (self.forget_ended_sessions, _HOUR),
            (self.anchor_the_audit_trail, 5 * _MINUTE),
            (self.remind_of_bookings, _MINUTE),
            (self.remind_of_activities, _MINUTE),
            (self.annul_fresh_check_ins, _SECOND),
            (self.annul_unproved_check_ins, _MINUTE),
            (self.release_no_shows, _MINUTE),
            (self.deny_unanswered_bookings, _MINUTE),
            (self.trim_dead_series, 5 * _MINUTE),
            (self.open_ballots, 5 * _MINUTE),
            (self.draw_ballots, _MINUTE),
            (self.draw_lines, _SECOND),
            (self.look_after_the_waitlist, _MINUTE),
            (self.look_after_booked_lockers, _MINUTE),
            (self.look_after_outages, 10 * _SECOND),
            (self.tell_of_late_rentals, _MINUTE),
            (self.look_for_faults, _MINUTE),
            (self.look_at_latches, _HOUR),
            (self.take_up_assets, _MINUTE),
            (self.count_running_hours, _HOUR),
            (self.order_planned_work, 5 * _MINUTE),
            (self.foresee_wear, _HOUR),
            (self.look_after_alerts, 10 * _SECOND),
            (self.look_after_the_machine, _MINUTE),
            (self.look_at_crowds, _MINUTE),
            (self.forget_old_messages, _HOUR),
            (self.forget_old_photos, _HOUR),
            (self.copy_the_centre, 15 * _MINUTE),
        ]

    def forget_ended_sessions(self) -> None:
        now = self._now()
        with self._centre.sessions.begin() as session:
            members.forget_ended_sessions(session, now=now)
            kiosks.forget_ended_visits(session, now=now)
            limits.forget_old_tries(session, now=now)
            credit.forget_old(session, now=now)

    def anchor_the_audit_trail(self) -> None:
        with self._centre.sessions.read() as session:
            head = audit.head(session)
        anchors.keep(self._centre.directory / "data" / anchors.FILE_NAME, head, key=self._key, now=self._now())

    def remind_of_bookings(self) -> None:
        now, policy = self._now(), self._centre.booking_policy
        for one in self._found(partial(reminders.due, policy=policy, now=now)):
            self._do(partial(reminders.remind, booking_id=one, policy=policy, now=now))
        for one in self._found(partial(reminders.past, now=now)):
            self._do(partial(reminders.let_go, booking_id=one, now=now))

    def remind_of_activities(self) -> None:
        now = self._now()
        soon = partial(activity_queries.to_remind_of, now=now, before=REMIND_BEFORE)
        for activity_id, no in self._found(soon):
            self._do(partial(activities.remind, activity_id=activity_id, no=no, now=now))

    def annul_fresh_check_ins(self) -> None:
        self._annul_check_ins(since=self._now() - _FRESH)

    def annul_unproved_check_ins(self) -> None:
        """Whatever could not be told while it was fresh: a door was away, or this machine was."""
        self._annul_check_ins(since=None)

    def _annul_check_ins(self, *, since: datetime | None) -> None:
        now = self._now()
        for one in self._found(partial(arrivals.unproved, since=since, now=now)):
            self._do(partial(arrivals.annul_unless_proved, booking_id=one, now=now))

    def release_no_shows(self) -> None:
        now, policy = self._now(), self._centre.booking_policy
        if unattended := self._found(partial(bookings_queries.unattended, now=now)):
            peopled = self._zones_with_people(now)
            for one in unattended:
                self._do(partial(no_shows.release, booking_id=one, policy=policy, now=now, peopled=peopled))

    def deny_unanswered_bookings(self) -> None:
        now, policy = self._now(), self._centre.booking_policy
        for one in self._found(partial(bookings_queries.unanswered, now=now)):
            self._do(partial(approvals.deny_unanswered, booking_id=one, policy=policy, now=now))

    def trim_dead_series(self) -> None:
        now, policy = self._now(), self._centre.booking_policy
        for one in self._found(partial(bookings_queries.missed_and_ahead, now=now)):
            self._do(partial(series.trim_if_dead, series_id=one, policy=policy, now=now))

    def open_ballots(self) -> None:
        now, policy = self._now(), self._centre.booking_policy
        with self._centre.sessions.read() as session:
            weekly = [(rule.scope_id, rule.value) for rule in policies.ballots(session)]
        for space_id, closes_min in weekly:
            self._do(partial(ballots.open_next, space_id=space_id, closes_min=closes_min, policy=policy, now=now))

    def draw_ballots(self) -> None:
        now, policy = self._now(), self._centre.booking_policy
        for one in self._found(partial(ballot_queries.due, now=now)):
            self._do(partial(draw.draw, ballot_id=one, policy=policy, now=now))

    def draw_lines(self) -> None:
        now, policy = self._now(), self._centre.booking_policy
        for one in self._found(partial(lines.due, now=now)):
            self._do(partial(waitlist.draw_line, line_id=one, policy=policy, now=now))

    def look_after_the_waitlist(self) -> None:
        now, policy = self._now(), self._centre.booking_policy
        for one in self._found(waitlist.due):
            self._do(partial(waitlist.look_after, wait_id=one, policy=policy, now=now))

    def look_after_booked_lockers(self) -> None:
        now = self._now()
        for one in self._found(partial(booked_lockers.late, now=now)):
            self._do(partial(booked_lockers.close_late, rental_id=one, now=now))
        for one in self._found(booked_lockers.given_back):
            self._do(partial(booked_lockers.reopen, rental_id=one, now=now))
        for one in self._found(partial(booked_lockers.due, now=now)):
            self._do(partial(booked_lockers.look_after, booking_id=one, now=now))

    def look_after_outages(self) -> None:
        now, policy = self._now(), self._centre.booking_policy
        for one in self._found(partial(moving.unoffered, now=now)):
            self._do(partial(moving.offer, booking_id=one, policy=policy, now=now))
        for one in self._found(moving.due):
            self._do(partial(moving.look_after, offer_id=one, policy=policy, now=now))

    def tell_of_late_rentals(self) -> None:
        now = self._now()
        for one in self._found(partial(lockers_queries.not_told, now=now)):
            self._do(partial(lockers.tell_of_stage, rental_id=one, now=now))

    def look_for_faults(self) -> None:
        self._watch_over(self.look_for_faults, self._looks_for_faults(self._now()))

    def _looks_for_faults(self, now: datetime) -> Iterator[Callable[[Session], object]]:
        for one in self._found(partial(fault_queries.locks_to_look_at, now=now)):
            yield partial(faults.look_at_lock, lock_id=one, now=now)
        for one in self._found(fault_queries.devices_to_look_at):
            yield partial(faults.look_at_device, device_id=one, now=now)
        for one in self._found(fault_queries.devices_whose_parts_to_look_at):
            yield partial(faults.look_at_parts, device_id=one, now=now)
        for one in self._found(partial(silence.kiosks_to_look_at, now=now)):
            yield partial(silence.look_at_kiosk, kiosk_id=one, up_since=self._up_since, now=now)

    def look_at_latches(self) -> None:
        for one in self._found(fault_queries.locks_with_many_openings):
            self._do(partial(faults.look_at_latch, lock_id=one, now=self._now()))

    def take_up_assets(self) -> None:
        self._do(partial(assets.take_up_all, now=self._now()))

    def count_running_hours(self) -> None:
        if sensors := self._found(running.power_sensors):
            found = self._readings(partial(running.hours, sensors=list(sensors), now=self._now())) or {}
            self._do(partial(running.keep, found=found))

    def order_planned_work(self) -> None:
        now = self._now()
        for plan_id, asset_id in self._found(partial(plans.to_order, now=now)):
            self._do(partial(plans.look_after, plan_id=plan_id, asset_id=asset_id, now=now))

    def foresee_wear(self) -> None:
        now, zone = self._now(), ZoneInfo(self._centre.settings.zone)
        days: foresight.Batteries = self._readings(partial(foresight.batteries, now=now)) or {}
        self._do(partial(foresight.take_up_batteries, days=days, now=now))
        for one in self._found(partial(foresight.to_foresee, days=days)):
            self._do(partial(foresight.foresee, asset_id=one, days=days, zone=zone, now=now))

    def look_after_alerts(self) -> None:
        zone, now = ZoneInfo(self._centre.settings.zone), self._now()
        for one in self._found(partial(alerts_queries.due, zone=zone, now=now)):
            self._do(partial(alerts.look_after, alert_id=one, zone=zone, now=now))

    def look_after_the_machine(self) -> None:
        note = partial(self._watch.note, look=self._look(), now=self._now())
        self._watch_over(self.look_after_the_machine, [note])

    def look_at_crowds(self) -> None:
        now, zone = self._now(), ZoneInfo(self._centre.settings.zone)
        if not any(one.capacity for one in self._found(zones.zones)):
            return
        with closing(self._open_readings()) as readings:
            crowds = look(self._centre.sessions, readings, zone=zone, now=now)
        self._watch_over(self.look_at_crowds, [partial(self._crowds.note, crowds=crowds.zones, now=now)])

    def forget_old_messages(self) -> None:
        self._do(partial(channels.forget_old, now=self._now()))

    def forget_old_photos(self) -> None:
        now = self._now()
        self._do(partial(reports.forget_old_photos, now=now))
        self._do(partial(order_photos.forget_old, now=now))

    def copy_the_centre(self) -> None:
        """Once a night, or as soon as the machine is there again."""
        centre, now = self._centre, self._now()
        newest = making.newest(centre.directory, centre.settings)
        if making.are_ours(centre.directory, centre.settings) and backups.is_due(
            newest, zone=ZoneInfo(centre.settings.zone), now=now
        ):
            making.make(centre, now=now)

    def _zones_with_people(self, now: datetime) -> frozenset[str]:
        series = self._readings(telemetry.all_series) or []
        with self._centre.sessions.read() as session:
            return zones_with_people(session, series, now_ms=now_ms(now))

    def _readings(self, query: Callable[[Connection], T]) -> T | None:
        """What the readings say; None: there are none."""
        with closing(self._open_readings()) as readings:
            try:
                with readings.read() as connection:
                    return query(connection)
            except NoReadingsError:
                return None

    def _open_readings(self) -> ReadingStore:
        return reading_store(self._centre.directory, self._centre.settings)

    def _now(self) -> datetime:
        return self._centre.clock.now()

    def _found(self, query: Callable[[Session], Iterable[T]]) -> Iterable[T]:
        self._give_way()
        with self._centre.sessions.read() as session:
            return list(query(session))

    def _watch_over(self, job: Callable[[], None], looks: Iterable[Callable[[Session], object]]) -> None:
        """Do these. Of what is so and has not held for long enough, the job comes again the instant it has."""
        if due := [at for look in looks if (at := self._do(look)) is not None]:
            self._sooner(job.__name__, min(due))

    def _do(self, act: Callable[[Session], object]) -> datetime | None:
        """None, or when to look again. Done anew where another act at the same instant came between."""

        def once() -> datetime | None:
            with self._centre.sessions.begin() as session:
                act(session)
            return alerts.look_again_at(session)

        self._give_way()
        return persevere(once)
