"""Whether the program lives, and whether doors can be opened."""

from zoneinfo import ZoneInfo

import pytest

from gateway.calendar.national import public_calendar


def test_it_lives(house):
    answer = house.browser().get("/health/live")

    assert (answer.status_code, answer.json()) == (200, {"alive": True})


def test_it_is_ready_when_everything_is_there(house):
    answer = house.browser().get("/health/ready")

    assert (answer.status_code, answer.json()) == (200, {"ready": True, "not_ready": [], "frozen": [], "notes": []})


def silence(house):
    house.clock.advance(seconds=6)


def unready(house):
    house.pulse(ready=False)


def broker_gone(house):
    house.line.is_up = False


def database_gone(house):
    house.centre.sessions.engine.dispose()
    (house.centre.directory / "hearth.db").write_bytes(b"not a database at all" * 100)


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
