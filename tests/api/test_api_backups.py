"""A manager has the centre copied, and sees which copies there are."""

import sqlite3
from contextlib import closing

import pytest

from gateway.backups import making, parcel
from gateway.files import only_one
from gateway.kit import audit


@pytest.fixture
def manager(house):
    (house.centre.directory / "hearth.toml").write_text('site = "demo"\n')
    return house.signed_in("s001")


def acts(house):
    with house.centre.sessions.read() as session:
        return [(one.act, one.thing) for one in audit.entries(session, after_seq=None, limit=200)]


def test_a_manager_makes_a_copy_that_can_be_opened_and_the_trail_says_who(house, manager, tmp_path):
    answer = manager.post("/staff/backups", {}, key="now")

    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert made == {"id": made["id"], "made_at": "2026-11-22T04:00:00Z", "size_bytes": made["size_bytes"]}
    folder = making.folder_of(house.centre.directory, house.centre.settings)
    (tmp_path / "out").mkdir()
    parcel.unpack(folder / made["id"], tmp_path / "out")
    with closing(sqlite3.connect(tmp_path / "out" / "hearth.db")) as there:
        assert there.execute("SELECT count(*) FROM members").fetchone() == (5,)
    assert ("backup_made", made["id"]) in acts(house)


def test_the_copies_are_listed_with_the_newest_first_and_where_they_are(house, manager):
    first = manager.post("/staff/backups", {}).json()
    house.clock.advance(days=1)
    again = house.signed_in("s001")
    second = again.post("/staff/backups", {}).json()

    told = again.get("/staff/backups").json()

    assert told["items"] == [second, first]
    assert (told["next"], told["made_here"]) == (None, True)
    assert told["folder"].endswith("data/backups")


def test_the_same_request_again_makes_no_second_copy(house, manager):
    first = manager.post("/staff/backups", {}, key="one")
    house.clock.advance(minutes=1)

    assert manager.post("/staff/backups", {}, key="one").json() == first.json()
    assert len(manager.get("/staff/backups").json()["items"]) == 1


@pytest.mark.parametrize("number", ["10001", "s002", "s003"])
def test_nobody_but_a_manager_may_copy_the_centre(house, manager, number):
    other = house.signed_in(number)

    assert other.get("/staff/backups").json()["code"] == "not_allowed"
    assert other.post("/staff/backups", {}).json()["code"] == "not_allowed"
    assert manager.get("/staff/backups").json()["items"] == []


def test_while_one_is_being_made_another_is_refused_with_words(house, manager):
    folder = making.folder_of(house.centre.directory, house.centre.settings)
    folder.mkdir(parents=True)

    with only_one(folder / ".lock", otherwise="x"):
        answer = manager.post("/staff/backups", {})

    assert (answer.status_code, answer.json()["code"]) == (409, "backup_under_way")


def test_the_manager_alone_reads_the_settings_and_finds_no_address_of_a_database(house):
    found = {one["name"]: one for one in house.signed_in("s001").get("/staff/settings").json()["items"]}

    assert found["bookings.days_ahead"]["value"] == "14"
    assert found["database.url"]["value"] == "sqlite"
    for other in ("10001", "s002", "s003"):
        assert house.signed_in(other).get("/staff/settings").json()["code"] == "not_allowed"
