"""What the clock asks for. Nothing here decides about an opening: a job that runs late does no harm."""

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from apscheduler.schedulers.background import BackgroundScheduler

from devices.wire.signing import SigningKey
from gateway import anchors
from gateway.alerts import queries as alerts_queries
from gateway.alerts import service as alerts
from gateway.bookings import approvals, no_shows, series
from gateway.bookings import queries as bookings_queries
from gateway.centre import Centre
from gateway.faults import queries as fault_queries
from gateway.faults import service as faults
from gateway.kiosks import limits
from gateway.kiosks import service as kiosks
from gateway.kit import audit
from gateway.lockers import queries as lockers_queries
from gateway.lockers import service as lockers
from gateway.members import service as members


def open_timetable(centre: Centre, *, key: SigningKey) -> BackgroundScheduler:
    """The centre's jobs, each safe to run twice or late. Start it and shut it down yourself."""
    timetable = BackgroundScheduler(
        timezone=UTC,
        # A job whose hour passed while the machine was off runs once on return, however late (the default drops it).
        job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
    )
    for job, minutes in _jobs(centre, key):
        timetable.add_job(job, "interval", minutes=minutes, id=job.__name__)
    return timetable


def _deny_unanswered(centre: Centre, *, now: datetime) -> None:
    with centre.sessions.read() as session:
        unanswered = bookings_queries.unanswered(session, now=now)
    for booking_id in unanswered:  # one at a time, so that nobody's unlock waits for all of them
        with centre.sessions.begin() as session:
            approvals.deny_unanswered(session, booking_id=booking_id, now=now)


def _jobs(centre: Centre, key: SigningKey) -> list[tuple[Callable[[], None], int]]:
    def forget_ended_sessions() -> None:
        with centre.sessions.begin() as session:
            now = centre.clock.now()
            members.forget_ended_sessions(session, now=now)
            kiosks.forget_ended_visits(session, now=now)
            limits.forget_old_tries(session, now=now)

    def anchor_the_audit_trail() -> None:
        with centre.sessions.read() as session:
            head = audit.head(session)
        anchors.keep(centre.directory / "data" / anchors.FILE_NAME, head, key=key, now=centre.clock.now())

    def release_no_shows() -> None:
        now = centre.clock.now()
        with centre.sessions.read() as session:
            unattended = bookings_queries.unattended(session, now=now)
        for booking_id in unattended:  # one at a time, so that nobody's unlock waits for all of them
            with centre.sessions.begin() as session:
                no_shows.release(session, booking_id=booking_id, policy=centre.booking_policy, now=now)

    def deny_unanswered_bookings() -> None:
        _deny_unanswered(centre, now=centre.clock.now())

    def trim_dead_series() -> None:
        _trim_dead_series(centre)

    def tell_of_late_rentals() -> None:
        now = centre.clock.now()
        with centre.sessions.read() as session:
            not_told = lockers_queries.not_told(session, now=now)
        for rental_id in not_told:  # one at a time, so that nobody's unlock waits for all of them
            with centre.sessions.begin() as session:
                lockers.tell_of_stage(session, rental_id=rental_id, now=now)

    def look_after_alerts() -> None:
        zone, now = ZoneInfo(centre.settings.zone), centre.clock.now()
        with centre.sessions.read() as session:
            due = alerts_queries.due(session, zone=zone, now=now)
        for alert_id in due:  # one at a time, as above
            with centre.sessions.begin() as session:
                alerts.look_after(session, alert_id=alert_id, zone=zone, now=now)

    def look_for_faults() -> None:
        now = centre.clock.now()
        with centre.sessions.read() as session:
            locks = fault_queries.locks_to_look_at(session, now=now)
            devices = fault_queries.devices_to_look_at(session)
            with_boards = fault_queries.devices_whose_boards_to_look_at(session)
        for lock_id in locks:  # one at a time, as above
            with centre.sessions.begin() as session:
                faults.look_at_lock(session, lock_id=lock_id, now=now)
        for device_id in devices:
            with centre.sessions.begin() as session:
                faults.look_at_device(session, device_id=device_id, now=now)
        for device_id in with_boards:
            with centre.sessions.begin() as session:
                faults.look_at_boards(session, device_id=device_id, now=now)

    def look_at_latches() -> None:
        with centre.sessions.read() as session:
            locks = fault_queries.locks_with_many_openings(session)
        for lock_id in locks:
            with centre.sessions.begin() as session:
                faults.look_at_latch(session, lock_id=lock_id, now=centre.clock.now())

    return [
        (forget_ended_sessions, 60),
        (anchor_the_audit_trail, 5),
        (release_no_shows, 1),
        (deny_unanswered_bookings, 1),
        (trim_dead_series, 5),
        (tell_of_late_rentals, 1),
        (look_for_faults, 1),
        (look_at_latches, 60),
        (look_after_alerts, 1),
    ]


def _trim_dead_series(centre: Centre) -> None:
    now = centre.clock.now()
    with centre.sessions.read() as session:
        missed = bookings_queries.missed_and_ahead(session, now=now)
    for series_id in missed:  # one at a time, as above
        with centre.sessions.begin() as session:
            series.trim_if_dead(session, series_id=series_id, policy=centre.booking_policy, now=now)
