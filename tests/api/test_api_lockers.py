"""Banks and rentals."""

import pytest

from gateway.fleet.model import DoorLevel, Presence
from tests.centre_builder import compartment_labelled, set_door, set_presence


def test_the_banks_tell_what_is_free_by_size(house):
    house.rent("10002", size="M")

    lobby, other = house.signed_in().get("/banks").json()["items"]

    assert lobby == {
        "id": "bank-a",
        "name": {"zh-CN": "大厅", "en": "Lobby"},
        "zone": None,
        "mode": "free_choice",
        "usual_min": None,
        "longest_min": None,
        "presence": "online",
        "free": {"S": 1, "M": 0, "L": 0},
        "total": 2,
    }
    assert other["free"] == {"S": 0, "M": 0, "L": 1}


def test_a_bank_lists_its_free_compartments(house):
    house.rent("10002", bank_id="bank-a", size="S")

    answer = house.signed_in().get("/banks/bank-a").json()

    assert [(box["label"], box["size"], box["accessible"]) for box in answer["compartments"]] == [("02", "M", False)]


def test_an_unknown_bank_is_not_found(house):
    answer = house.signed_in().get("/banks/bank-z")

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("bank_id", ["%00", "a%2Fb", "x" * 40, "%F0%9F%94%91", "a'b"])
def test_what_cannot_be_an_id_is_not_found(house, bank_id):
    assert house.signed_in().get(f"/banks/{bank_id}").status_code == 404


def test_a_list_comes_in_pages(house):
    browser = house.signed_in()

    first = browser.get("/banks?limit=1").json()
    second = browser.get(f"/banks?limit=1&after={first['next']}").json()

    assert [bank["id"] for bank in first["items"] + second["items"]] == ["bank-a", "bank-b"]
    assert second["next"] is None


def test_a_page_behind_something_unknown_is_not_found(house):
    assert house.signed_in().get("/banks?after=bank-z").status_code == 404


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=many", "after=%20"])
def test_a_page_that_cannot_be_is_malformed(house, query):
    answer = house.signed_in().get(f"/banks?{query}")

    assert (answer.status_code, answer.json()["code"]) == (422, "malformed")
    assert answer.json()["field"] == query.partition("=")[0]


def test_renting_answers_with_the_whole_rental(house):
    answer = house.signed_in().post("/rentals", {"bank_id": "bank-a", "size": "M"}, key="one")

    assert answer.status_code == 201
    with house.centre.sessions.read() as session:
        box = compartment_labelled(session, "02")
    rental = answer.json()
    assert rental.pop("id")
    assert rental.pop("pin")
    assert rental == {
        "state": "ACTIVE",
        "use": "rented",
        "bank_id": "bank-a",
        "bank_name": {"zh-CN": "大厅", "en": "Lobby"},
        "bank_presence": "online",
        "compartment": {"id": box.id, "label": "02", "size": "M"},
        "lock_id": box.lock_id,
        "door": "shut",
        "from": "2026-11-22T04:00:00Z",
        "until": "2026-11-23T04:00:00Z",
        "stage": "running",
        "extendable": True,
        "grace_until": "2026-11-23T05:00:00Z",
        "clear_out_at": "2026-11-30T05:00:00Z",
    }


def test_one_compartment_can_be_asked_for_by_itself(house):
    with house.centre.sessions.read() as session:
        box = compartment_labelled(session, "02")

    assert house.rent("10001", compartment_id=box.id)["compartment"]["id"] == box.id


def test_a_rental_runs_until_the_time_asked_for_in_whatever_zone_it_was_written(house):
    assert house.rent("10001", until="2026-11-25T12:00:00+08:00")["until"] == "2026-11-25T04:00:00Z"


@pytest.mark.parametrize(
    ("wish", "status", "code"),
    [
        ({"bank_id": "bank-z"}, 404, "not_found"),
        ({"compartment_id": "nothing"}, 404, "not_found"),
        ({"bank_id": "bank-b", "size": "S"}, 409, "no_compartment_free"),
        ({"accessible": True}, 409, "no_compartment_free"),
        ({"until": "2026-12-22T04:00:00Z"}, 409, "policy.max_days"),
        ({"until": "2026-11-22T03:00:00Z"}, 422, "malformed"),
        ({"until": "2026-11-23"}, 422, "malformed"),
        ({"until": "2026-11-23T04:00:00"}, 422, "malformed"),
        ({"until": 1795406400}, 422, "malformed"),
        ({"until": "9999-12-31T23:59:59-23:59"}, 422, "malformed"),
        ({"size": "XL"}, 422, "malformed"),
        ({"accessible": "yes"}, 422, "malformed"),
        ({"bank_id": "bank\u0000a"}, 422, "malformed"),
        ({"bank_id": "\ud800"}, 422, "malformed"),
        ({"colour": "red"}, 422, "malformed"),
    ],
)
def test_a_wish_that_cannot_be_met_is_refused(house, wish, status, code):
    answer = house.signed_in().post("/rentals", wish, key="one")

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    if code == "malformed":
        assert answer.json()["field"] == next(iter(wish))


def test_nobody_rents_twice(house):
    rented = house.rent("10001")

    answer = house.signed_in().post("/rentals", {}, key="two")

    assert (answer.status_code, answer.json()["code"]) == (409, "already_rented")
    assert answer.json()["rental_id"] == rented["id"]


def test_a_compartment_that_somebody_has_is_taken(house):
    taken = house.rent("10002")["compartment"]["id"]

    answer = house.signed_in().post("/rentals", {"compartment_id": taken}, key="one")

    assert (answer.status_code, answer.json()["code"]) == (409, "compartment_taken")


def test_while_every_bank_is_away_nothing_is_rented(house):
    house.change(set_presence, Presence.OFFLINE, "bank-a")
    house.change(set_presence, Presence.OFFLINE, "bank-b")

    answer = house.signed_in().post("/rentals", {}, key="one")

    assert (answer.status_code, answer.json()["code"]) == (409, "bank_offline")


def test_a_member_finds_their_rentals_newest_first(house):
    first = house.rent("10001")
    browser = house.signed_in()
    browser.delete(f"/rentals/{first['id']}")
    house.clock.advance(hours=1)
    second = browser.post("/rentals", {}, key="again").json()

    items = browser.get("/rentals").json()["items"]

    assert [(item["id"], item["state"]) for item in items] == [(second["id"], "ACTIVE"), (first["id"], "ENDED")]


def test_a_rental_tells_how_its_door_stands(house):
    rental = house.rent("10001", bank_id="bank-a", size="S")
    house.change(set_door, "01", DoorLevel.OPEN)

    assert house.signed_in().get(f"/rentals/{rental['id']}").json()["door"] == "open"


def test_while_the_bank_is_away_nobody_says_how_the_door_stands(house):
    rental = house.rent("10001", bank_id="bank-a", size="S")
    house.change(set_presence, Presence.OFFLINE)

    shown = house.signed_in().get(f"/rentals/{rental['id']}").json()

    assert (shown["door"], shown["bank_presence"]) == ("unknown", "offline")


def test_a_rental_can_be_extended(house):
    rental = house.rent("10001")

    answer = house.signed_in().patch(f"/rentals/{rental['id']}", {"until": "2026-11-24T04:00:00Z"})

    assert (answer.status_code, answer.json()["until"]) == (200, "2026-11-24T04:00:00Z")


def test_a_rental_is_not_extended_beyond_the_policy(house):
    rental = house.rent("10001")

    answer = house.signed_in().patch(f"/rentals/{rental['id']}", {"until": "2026-12-24T04:00:00Z"})

    assert (answer.status_code, answer.json()["code"]) == (409, "policy.max_days")
    assert (answer.json()["rule"], answer.json()["limit"]) == ("max_days", 7)


def test_ending_a_rental_answers_with_it_as_it_ended(house):
    rental = house.rent("10001")

    answer = house.signed_in().delete(f"/rentals/{rental['id']}")

    assert (answer.status_code, answer.json()["state"]) == (200, "ENDED")
    assert answer.json()["id"] == rental["id"]


@pytest.mark.parametrize(("level", "code"), [(DoorLevel.OPEN, "door_open"), (DoorLevel.UNKNOWN, "door_unknown")])
def test_a_rental_ends_only_behind_a_door_known_to_be_shut(house, level, code):
    rental = house.rent("10001", bank_id="bank-a", size="S")
    house.change(set_door, "01", level)

    answer = house.signed_in().delete(f"/rentals/{rental['id']}")

    assert (answer.status_code, answer.json()["code"]) == (409, code)


def test_a_rental_does_not_end_while_its_door_is_being_opened(house):
    rental = house.rent("10001")
    browser = house.signed_in()
    browser.post("/unlocks", {"rental_id": rental["id"]}, key="open")

    answer = browser.delete(f"/rentals/{rental['id']}")

    assert (answer.status_code, answer.json()["code"]) == (409, "unlock_under_way")


@pytest.mark.parametrize("verb", ["patch", "delete"])
def test_what_has_ended_is_over(house, verb):
    rental = house.rent("10001")
    browser = house.signed_in()
    browser.delete(f"/rentals/{rental['id']}")
    body = {"body": {"until": "2026-11-24T04:00:00Z"}} if verb == "patch" else {}

    answer = browser.ask(verb.upper(), f"/rentals/{rental['id']}", **body)

    assert (answer.status_code, answer.json()["code"]) == (409, "rental_ended")


def test_a_rental_that_has_ended_stands_at_no_stage(house):
    rental = house.rent("10001")

    assert house.signed_in().delete(f"/rentals/{rental['id']}").json()["stage"] is None


def test_an_overdue_member_opens_and_gives_back_and_gets_nothing_new(house):
    rental = house.rent("10001")
    house.clock.advance(days=1, hours=2)
    house.pulse()
    browser = house.signed_in()
    late = browser.get(f"/rentals/{rental['id']}").json()
    assert (late["stage"], late["extendable"]) == ("overdue", False)

    extended = browser.patch(f"/rentals/{rental['id']}", {"until": "2026-11-25T04:00:00Z"})
    another = browser.post("/rentals", {}, key="two")
    opened = browser.post("/unlocks", {"rental_id": rental["id"]}, key="open")

    assert [(answer.status_code, answer.json()["code"]) for answer in (extended, another)] == [
        (409, "rental_overdue"),
        (409, "rental_overdue"),
    ]
    assert opened.status_code == 202
