"""Ballots over HTTP: opened by a manager, taken part in, drawn by the clock, and drawn again by anybody."""

import json
from datetime import timedelta

import pytest

from api.member.live import Concern, news_of
from devices.wire.signing import SigningKey
from gateway.__main__ import main
from gateway.kit.db import Change
from gateway.timetable import open_timetable
from tests.centre_builder import NOON, a_machine, a_space

WEEK = {"starts_at": "2026-11-22T16:00:00Z", "ends_at": "2026-11-29T16:00:00Z", "closes_at": "2026-11-22T10:00:00Z"}
TEN = {"starts_at": "2026-11-23T02:00:00Z", "ends_at": "2026-11-23T03:00:00Z"}
NOON_TO_ONE = {"starts_at": "2026-11-23T04:00:00Z", "ends_at": "2026-11-23T05:00:00Z"}


@pytest.fixture
def manager(house):
    house.change(a_space, "room")
    return house.signed_in("s001")


@pytest.fixture
def ballot(manager):
    answer = manager.post("/staff/spaces/room/ballots", WEEK)
    assert answer.status_code == 201, answer.text
    return answer.json()


def hand_in(house, ballot, member_no, *wishes, **more):
    body = {"wishes": list(wishes) or [TEN]} | more
    return house.signed_in(member_no).post(f"/ballots/{ballot['id']}/entries", body, key=f"lot-{member_no}")


def clock_strikes(house, job="draw_ballots"):
    timetable = open_timetable(house.centre, key=SigningKey.generate(), machine=a_machine(house.centre))
    timetable.start(paused=True)
    timetable.get_job(job).func()
    timetable.shutdown(wait=False)


def test_what_is_given_by_lot_is_listed_with_the_hash_of_its_seed_and_without_the_seed(house, ballot):
    phone = house.signed_in("10001")

    [found] = phone.get("/spaces/room/ballots").json()["items"]
    assert (found["state"], found["seed"], found["entries"], found["mine"]) == ("OPEN", None, 0, None)
    assert found["commitment"] == ballot["commitment"]
    assert phone.get("/ballots").json()["items"] == [found] == [phone.get(f"/ballots/{ballot['id']}").json()]
    assert phone.get(f"/ballots/{ballot['id']}/record").json()["code"] == "ballot_not_drawn"
    refused = phone.post("/bookings", {"space_id": "room", **TEN}, key="book")
    assert (refused.status_code, refused.json()["code"]) == (409, "in_ballot")
    slots = phone.get("/spaces/room/availability?from={starts_at}&to={ends_at}".format(**TEN)).json()["items"]
    assert [(slot["free"], slot["reason"]) for slot in slots] == [(False, "in_ballot")]


def test_a_member_hands_in_reads_withdraws_and_hands_in_anew(house, ballot):
    phone = house.signed_in("10001")
    entry = hand_in(house, ballot, "10001", TEN, NOON_TO_ONE, guests=3)
    assert entry.status_code == 201, entry.text

    assert phone.get(f"/ballots/{ballot['id']}").json()["mine"] == entry.json()
    assert [one["starts_at"] for one in entry.json()["wishes"]] == [TEN["starts_at"], NOON_TO_ONE["starts_at"]]
    again = phone.post(f"/ballots/{ballot['id']}/entries", {"wishes": [TEN]}, key="again")
    assert (again.status_code, again.json()["code"]) == (409, "already_handed_in")
    assert phone.delete(f"/ballots/{ballot['id']}/entries/{entry.json()['id']}").status_code == 204
    assert phone.post(f"/ballots/{ballot['id']}/entries", {"wishes": [TEN]}, key="anew").status_code == 201


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"wishes": []}, "wishes"),
        ({"wishes": [TEN, TEN]}, "wishes"),
        ({"wishes": [{**TEN, "space_id": "elsewhere"}]}, "wishes"),
        ({"wishes": [{"starts_at": TEN["starts_at"], "ends_at": TEN["starts_at"]}]}, "wishes.0.ends_at"),
        ({"wishes": [{"starts_at": TEN["ends_at"], "ends_at": TEN["starts_at"]}]}, "wishes.0.ends_at"),
        ({"wishes": [TEN], "guests": -1}, "guests"),
    ],
)
def test_what_means_nothing_is_named_and_nothing_is_handed_in(house, ballot, body, field):
    phone = house.signed_in("10001")

    answer = phone.post(f"/ballots/{ballot['id']}/entries", body, key="bad")
    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert phone.get(f"/ballots/{ballot['id']}").json()["entries"] == 0


def test_the_clock_draws_it_once_and_everybody_reads_the_same(house, ballot, tmp_path, capsys):
    for member_no in ("10001", "10002"):
        hand_in(house, ballot, member_no)
    clock_strikes(house)
    assert house.signed_in("10001").get(f"/ballots/{ballot['id']}").json()["state"] == "OPEN"
    house.clock.advance(days=3)
    for _ in range(2):
        clock_strikes(house)

    phones = [house.signed_in(member_no) for member_no in ("10001", "10002")]
    seen = [phone.get(f"/ballots/{ballot['id']}").json() for phone in phones]
    assert {one["state"] for one in seen} == {"DRAWN"}
    assert sorted(one["mine"]["place"] for one in seen) == [1, 2]
    published = phones[0].get(f"/ballots/{ballot['id']}/record").json()
    assert published == phones[1].get(f"/ballots/{ballot['id']}/record").json()
    assert published["seed"] == seen[0]["seed"]
    file = tmp_path / "record.json"
    file.write_text(json.dumps(published))

    assert main(["ballot-replay", str(file), "--commitment", ballot["commitment"], "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["whole"], told["results"]) == (True, published["results"])
    published["results"].reverse()
    file.write_text(json.dumps(published))
    assert main(["ballot-replay", str(file)]) == 1
    assert "drawn again it comes to something else" in capsys.readouterr().out


def test_the_winner_has_a_booking_and_whoever_was_not_drawn_waits_for_it(house, ballot):
    for member_no in ("10001", "10002"):
        hand_in(house, ballot, member_no)
    house.clock.advance(hours=6)
    clock_strikes(house)

    phones = [house.signed_in(member_no) for member_no in ("10001", "10002")]
    won = [phone for phone in phones if phone.get("/bookings").json()["items"]]
    waits = [phone for phone in phones if phone.get("/waitlist").json()["items"]]
    assert (len(won), len(waits)) == (1, 1)
    assert won != waits
    [booking] = won[0].get("/bookings").json()["items"]
    assert (booking["starts_at"], booking["state"]) == (TEN["starts_at"], "CONFIRMED")
    assert booking["id"] == won[0].get(f"/ballots/{ballot['id']}").json()["mine"]["booking_id"]
    [told] = won[0].get("/notices").json()["items"]
    assert told["text"] == "抽中了！场地 room（2026-11-23 10:00）归您，已经订好。"


def test_a_rule_opens_a_ballot_every_week_by_itself(house, manager):
    rule = {"rule": "ballot_closes_at", "limit": 6 * 1440 + 18 * 60, "layer": "space", "scope": "room"}
    assert manager.ask("PUT", "/staff/policies/weekly", body=rule).status_code == 200
    for _ in range(2):
        clock_strikes(house, "open_ballots")

    [ballot] = manager.get("/ballots").json()["items"]
    assert (ballot["starts_at"], ballot["ends_at"]) == (WEEK["starts_at"], WEEK["ends_at"])
    assert ballot["closes_at"] == (NOON + timedelta(hours=6)).isoformat().replace("+00:00", "Z")


def test_only_a_manager_opens_and_calls_off_and_who_took_part_reads_why(house, ballot, manager):
    entered = hand_in(house, ballot, "10001")
    assert entered.status_code == 201
    for member_no in ("10001", "s002", "s003"):
        browser = house.signed_in(member_no)
        for path, body in [
            ("/staff/spaces/room/ballots", WEEK),
            (f"/staff/ballots/{ballot['id']}/call-off", {"reason": "x"}),
        ]:
            assert browser.post(path, body).json()["code"] == "not_allowed"
    assert manager.post("/staff/spaces/room/ballots", WEEK).json()["code"] == "ballot_open"

    assert manager.post(f"/staff/ballots/{ballot['id']}/call-off", {"reason": "地板维修"}).status_code == 200
    phone = house.signed_in("10001")
    assert phone.get("/ballots").json()["items"] == []
    assert phone.get(f"/ballots/{ballot['id']}").json()["called_off_for"] == "地板维修"
    assert [one["kind"] for one in phone.get("/notices").json()["items"]] == ["ballot_called_off"]
    assert phone.post("/bookings", {"space_id": "room", **TEN}, key="now").status_code == 201


def test_the_desk_lists_what_was_called_off_too_and_nobody_else_lists_any_of_it(house, ballot, manager):
    manager.post(f"/staff/ballots/{ballot['id']}/call-off", {"reason": "地板维修"})
    later = {name: at.replace("2026-11-2", "2026-12-2") for name, at in WEEK.items()}
    another = manager.post("/staff/spaces/room/ballots", later).json()

    found = house.signed_in("s002").get("/staff/ballots").json()["items"]

    assert [(one["id"], one["state"]) for one in found] == [(another["id"], "OPEN"), (ballot["id"], "CALLED_OFF")]
    assert [one["id"] for one in manager.get("/staff/ballots?limit=1").json()["items"]] == [another["id"]]
    for nobodys_business in ("10001", "s003"):
        assert house.signed_in(nobodys_business).get("/staff/ballots").json()["code"] == "not_allowed"


def test_a_draw_is_news_for_everybody_and_a_wish_for_its_member_alone(house):
    theirs, others = (Concern(name, False, frozenset(), frozenset()) for name in ("me", "you"))
    handed_in = Change("ballot", {"id": "b", "member_id": "me", "state": "OPEN"})
    drawn = Change("ballot", {"id": "b", "member_id": None, "state": "DRAWN"})

    assert news_of(handed_in, theirs).state == "OPEN"
    assert news_of(handed_in, others) is None
    assert news_of(drawn, theirs) == news_of(drawn, others)


@pytest.mark.parametrize("text", ["", "no json", '{"format": "hearth-ballot/1"}'])
def test_replaying_what_is_no_record_says_so(tmp_path, capsys, text):
    file = tmp_path / "record.json"
    file.write_text(text)

    assert main(["ballot-replay", str(file)]) == 1
    assert "is no record of a ballot" in capsys.readouterr().err
