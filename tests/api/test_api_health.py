"""Whether the program lives, and whether doors can be opened."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from gateway.calendar.national import public_calendar
from gateway.jobs import service as jobs
from gateway.jobs.service import Run
from tests.centre_builder import NOON


def test_it_lives(house):
    answer = house.browser().get("/health/live")

    assert (answer.status_code, answer.json()) == (200, {"alive": True})


def test_it_is_ready_when_everything_is_there(house):
    answer = house.browser().get("/health/ready")

    nothing = {"not_ready": [], "frozen": [], "notes": [], "jobs": []}
    assert (answer.status_code, answer.json()) == (200, {"ready": True, **nothing})


def silence(house):
    house.clock.advance(seconds=6)


def unready(house):
    house.pulse(ready=False)


def broker_gone(house):
    house.line.is_up = False


def database_gone(house):
    engine = house.centre.sessions.engine
    engine.dispose()
    Path(engine.url.database).write_bytes(b"not a database at all" * 100)


@pytest.mark.parametrize(
    ("trouble", "part"),
    [(silence, "gateway"), (unready, "gateway"), (broker_gone, "broker"), (database_gone, "database")],
)
def test_it_names_what_is_missing(house, trouble, part):
    trouble(house)

    answer = house.browser().get("/health/ready")

    assert answer.status_code == 503
    assert answer.json()["ready"] is False
    assert [missing["part"] for missing in answer.json()["not_ready"]] == [part]
    assert answer.json()["not_ready"][0]["why"]


def test_it_lives_whatever_is_missing(house):
    broker_gone(house)
    silence(house)

    assert house.browser().get("/health/live").status_code == 200


def test_a_year_that_comes_without_its_holidays_is_noted_and_takes_nothing_away(house):
    house.clock.advance(days=366 * (public_calendar(ZoneInfo("Asia/Shanghai")).known_until - 2025))
    house.pulse()

    answer = house.browser().get("/health/ready")

    assert (answer.status_code, answer.json()["ready"]) == (200, True)
    [note] = answer.json()["notes"]
    assert note["part"] == "calendar"
    assert str(house.clock.now().year) in note["says"]


def ran(house, *names, at=NOON, fault=""):
    """As the gateway writes it down."""
    runs = [Run(name=name, every_min=1, ran_at=at, done_at=None, due_at=None, fault=fault) for name in names]
    with house.centre.sessions.begin() as session:
        jobs.write_down(session, runs=runs, since=NOON)


def test_staff_see_each_jobs_last_run_and_nobody_else_does(house):
    ran(house, "release_no_shows")

    [job] = house.signed_in("s003").get("/health/ready").json()["jobs"]

    assert (job["name"], job["health"], job["ran_at"]) == ("release_no_shows", "well", "2026-11-22T04:00:00Z")
    for other in (house.browser(), house.signed_in("10001")):
        told = other.get("/health/ready").json()
        assert (told["jobs"], told["notes"]) == ([], [])


def test_a_job_that_has_not_run_for_long_is_named_to_everybody_and_takes_nothing_away(house):
    ran(house, "release_no_shows", "remind_of_bookings")
    house.clock.advance(minutes=9)
    house.pulse()

    told = house.browser().get("/health/ready").json()

    assert (told["ready"], told["jobs"]) == (True, [])
    says = "these jobs have not run for long: release_no_shows, remind_of_bookings"
    assert told["notes"] == [{"part": "jobs", "says": says}]


def test_what_went_wrong_in_a_job_is_told_to_staff_and_only_its_name_to_others(house):
    ran(house, "look_for_faults", fault="OperationalError: secret")

    assert house.signed_in("s001").get("/health/ready").json()["jobs"][0]["fault"] == "OperationalError: secret"
    answer = house.browser().get("/health/ready")
    assert answer.json()["notes"] == [{"part": "jobs", "says": "these jobs went wrong the last time: look_for_faults"}]
    assert "secret" not in answer.text
