"""What somebody without a phone can do at a kiosk, and how far they reach."""

import pytest
from sqlalchemy import select

from gateway.kit.audit import AuditEntry
from gateway.members import service as members
from gateway.members.queries import member_by_no
from gateway.policies.model import Limit
from gateway.unlocking import service as unlocking
from gateway.unlocking.model import Unlock, UnlockState
from tests.api.kiosk_builder import a_card, a_kiosk
from tests.api.test_api_strangers import HOUR, OPERATIONS, PUBLIC, ask
from tests.centre_builder import a_rule, a_space, compartment_labelled

NUMBER, PIN = "04:A2:1F:99", "483920"


@pytest.fixture
def kiosk(house):
    return a_kiosk(house, bank_id="bank-a")


@pytest.fixture
def rental(house):
    """10001's, in 01 of bank-a."""
    return house.rent("10001", bank_id="bank-a", size="S")


@pytest.fixture
def by_locker(kiosk, rental):
    """10001 stands there by the number of their locker."""
    assert kiosk.come(locker_no="01", pin=rental["pin"]).status_code == 201
    return kiosk


@pytest.fixture
def by_card(house, kiosk):
    """10001 stands there by card."""
    a_card(house, NUMBER, PIN)
    assert kiosk.come(card=NUMBER, pin=PIN).status_code == 201
    return kiosk


def test_number_and_pin_let_a_member_in_with_a_masked_name(kiosk, rental):
    answer = kiosk.come(locker_no="01", pin=rental["pin"])

    assert answer.status_code == 201
    seen = answer.json()
    assert len(seen.pop("token")) >= 43
    assert seen == {
        "came_by": "locker",
        "name": "王*",
        "rental_id": rental["id"],
        "language": "zh-CN",
        "elder_mode": False,
        "must_choose_pin": False,
        "idle_s": 60,
        "ends_at": "2026-11-22T04:01:00Z",
        "ends_at_last": "2026-11-22T04:30:00Z",
    }
    assert kiosk.get("/session").json() == seen


@pytest.mark.parametrize(
    "shown",
    [
        {"locker_no": "1"},
        {"locker_no": "０１", "bank_id": "bank-a"},
    ],
)
def test_a_number_may_be_typed_as_it_comes(kiosk, rental, shown):
    assert kiosk.come(**shown, pin=rental["pin"]).status_code == 201


def test_where_several_banks_have_the_number_and_the_kiosk_stands_at_none_the_bank_is_asked_for(house, rental):
    kiosk = a_kiosk(house)

    answer = kiosk.come(locker_no="01", pin=rental["pin"])

    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (422, "malformed", "bank_id")
    assert kiosk.come(locker_no="01", bank_id="bank-a", pin=rental["pin"]).status_code == 201


def test_a_guest_opens_their_compartment_through_the_gateway_like_everybody(house, by_locker, rental):
    asked = by_locker.post("/unlocks", {"rental_id": rental["id"]}, key="open")

    assert asked.status_code == 202
    unlock = asked.json()
    assert (unlock["state"], unlock["lock_id"]) == ("REQUESTED", rental["lock_id"])
    assert house.line.rings == 1
    house.change(refuse, unlock["id"], now=house.clock.now())
    told = by_locker.get(f"/unlocks/{unlock['id']}?wait=5")
    assert (told.status_code, told.json()["state"]) == (200, "REFUSED")


def refuse(session, unlock_id, *, now):
    unlocking.move(session, session.get_one(Unlock, unlock_id), UnlockState.REFUSED, now=now, code="no_grant")


def test_a_guest_extends_and_gives_back_and_the_visit_ends_with_the_rental(by_locker, rental):
    path = f"/rentals/{rental['id']}"
    [mine] = by_locker.get("/rentals").json()["items"]
    assert (mine["id"], mine["extendable"]) == (rental["id"], True)
    assert by_locker.patch(path, {"until": "2026-11-24T04:00:00Z"}).json()["until"] == "2026-11-24T04:00:00Z"

    assert by_locker.delete(path).json()["state"] == "ENDED"

    answer = by_locker.get("/rentals")
    assert (answer.status_code, answer.json()["code"]) == (401, "kiosk_visit_over")
    assert by_locker.come(locker_no="01", pin=rental["pin"]).json()["code"] == "wrong_pin"


@pytest.mark.parametrize(
    ("verb", "path", "body"),
    [
        ("POST", "/rentals", {}),
        ("POST", "/rentals/{rental}/pin", {}),
        ("GET", "/bookings", None),
        ("GET", "/policy", None),
        ("POST", "/bookings", {"space_id": "room", **HOUR}),
        ("DELETE", "/bookings/one", None),
        ("POST", "/bookings/one/check-in", {}),
        ("POST", "/unlocks", {"booking_id": "one"}),
        ("PATCH", "/pin", {"pin": PIN}),
    ],
)
def test_whoever_came_by_a_number_needs_a_card_for_more(by_locker, rental, verb, path, body):
    more = {} if body is None else {"body": body}

    answer = by_locker.ask(verb, path.format(rental=rental["id"]), headers={"Idempotency-Key": "one"}, **more)

    assert (answer.status_code, answer.json()["code"]) == (403, "card_needed")


def test_whoever_came_by_a_number_reaches_no_other_rental_or_unlock(house, kiosk):
    earlier = house.rent("10001", bank_id="bank-b")
    phone = house.signed_in()
    phone.delete(f"/rentals/{earlier['id']}")
    present = phone.post("/rentals", {"bank_id": "bank-a", "size": "S"}, key="present").json()
    others = house.rent("10002", bank_id="bank-b")
    assert kiosk.come(locker_no="01", pin=present["pin"]).status_code == 201
    by_locker = kiosk
    opened = house.signed_in("10002").post("/unlocks", {"rental_id": others["id"]}, key="open").json()

    for other in (earlier["id"], others["id"], "f" * 32):
        for answer in (
            by_locker.post("/unlocks", {"rental_id": other}, key=f"open {other}"),
            by_locker.patch(f"/rentals/{other}", {"until": "2026-11-24T04:00:00Z"}),
            by_locker.delete(f"/rentals/{other}"),
        ):
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert by_locker.get(f"/unlocks/{opened['id']}").status_code == 404
    assert by_locker.get(f"/unlocks/{'f' * 32}").status_code == 404


def test_an_unlock_that_the_same_member_asked_for_elsewhere_is_not_seen_by_number(house, kiosk):
    a_card(house, NUMBER, PIN)
    first = house.rent("10001", bank_id="bank-b")
    kiosk.come(card=NUMBER, pin=PIN)
    opened = kiosk.post("/unlocks", {"rental_id": first["id"]}, key="open").json()
    assert kiosk.get(f"/unlocks/{opened['id']}").status_code == 200
    house.change(refuse, opened["id"], now=house.clock.now())
    house.signed_in().delete(f"/rentals/{first['id']}")
    second = house.signed_in().post("/rentals", {"bank_id": "bank-a", "size": "S"}, key="two").json()

    assert kiosk.come(locker_no="01", pin=second["pin"]).status_code == 201

    assert kiosk.get(f"/unlocks/{opened['id']}").status_code == 404


def test_by_card_a_member_rents_with_a_pin_and_makes_another(by_card, kiosk):
    rented = by_card.post("/rentals", {"size": "S"}, key="one")

    assert rented.status_code == 201
    assert [one["id"] for one in by_card.get("/rentals").json()["items"]] == [rented.json()["id"]]
    other = by_card.post(f"/rentals/{rented.json()['id']}/pin", {}).json()
    assert by_card.post("/unlocks", {"rental_id": rented.json()["id"]}, key="open").status_code == 202
    assert kiosk.come(locker_no="01", pin=other["pin"]).status_code == 201


def test_by_card_a_member_books_comes_and_finds_it_in_the_list(house, by_card):
    house.change(a_space, "room")
    free = by_card.get("/spaces/room/availability?from=2026-11-22T04:00:00Z&to=2026-11-22T08:00:00Z").json()
    assert free["items"][0]["free"] is True

    booked = by_card.post("/bookings", {"space_id": "room", **HOUR}, key="one")
    assert booked.status_code == 201
    path = f"/bookings/{booked.json()['id']}/check-in"
    assert by_card.post(path, {}).json()["code"] == "booking_too_early"
    house.clock.advance(hours=2)
    assert by_card.come(card=NUMBER, pin=PIN).status_code == 201
    came = by_card.post(path, {})

    assert (came.status_code, came.json()["checked_in_at"]) == (200, HOUR["starts_at"])
    assert [one["id"] for one in by_card.get("/bookings").json()["items"]] == [booked.json()["id"]]


def test_where_there_is_no_door_one_comes_at_the_kiosk_and_not_from_afar(house, by_card):
    """Unless no kiosk can be reached: then nobody is to blame, and their word counts."""
    house.change(a_space, "lawn")
    phone = house.signed_in("10001")
    booked = by_card.post("/bookings", {"space_id": "lawn", **HOUR}, key="one").json()
    path = f"/bookings/{booked['id']}/check-in"
    house.clock.advance(hours=2)
    assert by_card.come(card=NUMBER, pin=PIN).status_code == 201

    refused = phone.post(path, {})

    assert (refused.status_code, refused.json()["code"]) == (409, "check_in_at_kiosk")
    assert by_card.post(path, {}).json()["checked_in_at"] == HOUR["starts_at"]
    assert phone.post(path, {}).status_code == 200, "who has come has come"


def test_while_no_kiosk_is_there_a_members_word_counts_where_there_is_no_door(house, by_card):
    house.change(a_space, "lawn")
    phone = house.signed_in("10001")
    booked = phone.post("/bookings", {"space_id": "lawn", **HOUR}, key="one").json()
    house.clock.advance(hours=2)

    assert phone.post(f"/bookings/{booked['id']}/check-in", {}).json()["checked_in_at"] == HOUR["starts_at"]


def test_by_card_a_member_books_a_locker_ahead_opens_it_by_the_booking_and_gives_the_next_time_back(house, by_card):
    box = house.change(lambda session: compartment_labelled(session, "01").id)
    manager, named = house.signed_in("s001"), {"name_zh": "大厅 01 号柜", "name_en": "Lobby locker 01"}
    manager.post("/staff/spaces", {"id": box, "kind": "locker", **named})
    asked = "from=2026-11-22T04:00:00Z&to=2026-11-29T04:00:00Z"
    [free] = by_card.get(f"/spaces/availability?{asked}").json()["items"]
    assert (free["space_id"], free["kind"], free["free"][0]["starts_at"]) == (box, "locker", "2026-11-22T04:00:00Z")
    booked = by_card.post("/bookings", {"space_id": box, **HOUR}, key="one").json()
    next_day = {"starts_at": "2026-11-23T04:00:00Z", "ends_at": "2026-11-23T05:00:00Z"}
    later = by_card.post("/bookings", {"space_id": box, **next_day}, key="two").json()

    assert by_card.delete(f"/bookings/{later['id']}").json()["state"] == "CANCELLED"
    house.clock.advance(hours=2)
    assert by_card.come(card=NUMBER, pin=PIN).status_code == 201
    house.pulse()
    opened = by_card.post("/unlocks", {"booking_id": booked["id"]}, key="open")

    assert opened.status_code == 202, opened.text
    [rental] = by_card.get("/rentals").json()["items"]
    assert (rental["compartment"]["label"], rental["until"]) == ("01", HOUR["ends_at"])
    assert rental["extendable"] is False
    assert by_card.patch(f"/rentals/{rental['id']}", {"until": "2026-11-24T04:00:00Z"}).status_code == 409
    assert by_card.delete(f"/bookings/{booked['id']}").json()["code"] == "locker_in_use"


def test_by_card_a_member_is_told_what_holds_for_them_as_on_their_phone(house, by_card):
    house.change(a_space, "room")
    house.change(a_rule, Limit.MAX_MINUTES, 60)

    told = by_card.get("/policy").json()

    assert told == house.signed_in("10001").get("/me/policy").json()
    assert [(one["space_id"], one["max_minutes"]) for one in told["spaces"]] == [("room", 60)]


def test_a_member_gives_no_booking_of_another_back_by_card(house, by_card):
    house.change(a_space, "room")
    others = house.signed_in("10002").post("/bookings", {"space_id": "room", **HOUR}, key="one").json()

    assert by_card.delete(f"/bookings/{others['id']}").status_code == 404


def test_a_member_reaches_nothing_of_another_by_card(house, by_card):
    others = house.rent("10002")

    assert by_card.get("/rentals").json()["items"] == []
    assert by_card.post("/unlocks", {"rental_id": others["id"]}, key="open").status_code == 404
    assert by_card.delete(f"/rentals/{others['id']}").status_code == 404
    assert by_card.post(f"/rentals/{others['id']}/pin", {}).status_code == 404


@pytest.mark.parametrize("body", [{"card": NUMBER}, {"card": NUMBER, "pin": ""}, {"card": NUMBER, "pin": None}])
def test_a_card_alone_opens_nothing(house, kiosk, body):
    a_card(house, NUMBER, PIN)

    answer = kiosk.post("/session", body)

    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (422, "malformed", "pin")


def test_a_card_that_was_copied_opens_nothing_without_its_members_pin(house, kiosk):
    a_card(house, NUMBER, PIN)

    assert kiosk.come(card="04a21f99", pin="000001").json()["code"] == "wrong_pin"
    assert kiosk.get("/rentals").json()["code"] == "kiosk_visit_over"


def test_a_lost_card_is_good_for_nothing_from_the_moment_the_desk_says_so(house, kiosk):
    card_id = a_card(house, NUMBER, PIN)
    kiosk.come(card=NUMBER, pin=PIN)

    house.signed_in("s002").patch(f"/staff/members/10001/cards/{card_id}", {"blocked": True})

    assert kiosk.get("/session").json()["code"] == "kiosk_visit_over"
    assert kiosk.come(card=NUMBER, pin=PIN).json()["code"] == "wrong_pin"


def test_with_a_one_time_pin_one_chooses_ones_own_and_can_do_nothing_else(house, kiosk):
    desk = house.signed_in("s002")
    desk.post("/staff/members/10001/cards", {"number": NUMBER})
    once = desk.post("/staff/members/10001/kiosk-pin", {}).json()["pin"]

    assert kiosk.come(card=NUMBER, pin=once).json()["must_choose_pin"] is True
    for answer in (kiosk.get("/rentals"), kiosk.get("/bookings"), kiosk.post("/rentals", {}, key="one")):
        assert (answer.status_code, answer.json()["code"]) == (403, "pin_must_be_chosen")
    assert kiosk.patch("/pin", {"pin": "123456"}).json()["code"] == "pin_too_easy"

    chosen = kiosk.patch("/pin", {"pin": PIN})

    assert (chosen.status_code, chosen.json()["must_choose_pin"]) == (200, False)
    assert kiosk.get("/rentals").status_code == 200
    assert kiosk.come(card=NUMBER, pin=PIN).status_code == 201
    if once != PIN:
        assert kiosk.come(card=NUMBER, pin=once).json()["code"] == "wrong_pin"


def test_a_visit_ends_a_minute_after_the_last_touch_and_looking_is_no_touch(house, by_card):
    for seconds in (30, 29):
        house.clock.advance(seconds=seconds)
        assert by_card.get("/session").status_code == 200
    house.clock.advance(seconds=1)

    assert by_card.get("/session").json()["code"] == "kiosk_visit_over"


@pytest.mark.parametrize("touch", [("GET", "/rentals", {}), ("PATCH", "/session", {"body": {}})])
def test_a_touch_and_more_time_keep_a_visit_but_not_beyond_half_an_hour(house, by_card, touch):
    verb, path, more = touch
    for _ in range(30):
        house.clock.advance(seconds=59)
        assert by_card.ask(verb, path, **more).status_code == 200
        settled(house)
    assert by_card.get("/session").json()["ends_at"] == "2026-11-22T04:30:00Z"
    house.clock.advance(seconds=30)

    assert by_card.ask(verb, path, **more).json()["code"] == "kiosk_visit_over"


def test_a_clock_that_was_ahead_leaves_no_visit_open_until_then(house, by_card):
    """Whoever comes in that hour would find the one before still there."""
    house.clock.advance(seconds=-59)
    assert by_card.get("/session").status_code == 200
    house.clock.advance(seconds=-1)

    assert by_card.get("/session").json()["code"] == "kiosk_visit_over"


def settled(house):
    """What nobody waits for has been written down too."""
    house.run(house.app.state.desk.backroom.write(lambda: None))


def test_in_elder_mode_there_are_two_minutes(house, kiosk):
    a_card(house, NUMBER, PIN)
    house.signed_in().patch("/me", {"elder_mode": True})
    assert kiosk.come(card=NUMBER, pin=PIN).json()["idle_s"] == 120

    house.clock.advance(seconds=119)
    assert kiosk.get("/session").status_code == 200
    house.clock.advance(seconds=1)
    assert kiosk.get("/session").status_code == 401


def test_leaving_ends_the_visit_and_is_harmless_to_repeat(by_card):
    for _ in range(2):
        assert by_card.delete("/session").status_code == 204

    assert by_card.get("/session").json()["code"] == "kiosk_visit_over"


def test_a_visit_is_bound_to_its_kiosk(house, by_card):
    other = a_kiosk(house, "门口")
    other.visit = by_card.visit

    assert other.get("/session").json()["code"] == "kiosk_visit_over"
    assert other.delete("/session").status_code == 204
    assert by_card.get("/session").status_code == 200


def test_a_disabled_member_is_out_and_does_not_come_in(house, by_card):
    house.change(disable, now=house.clock.now())

    assert by_card.get("/rentals").json()["code"] == "kiosk_visit_over"
    assert by_card.come(card=NUMBER, pin=PIN).json()["code"] == "wrong_pin"


def test_a_visit_that_a_closing_ended_is_over_when_the_account_is_opened_again(house, by_card):
    desk = house.signed_in("s002")
    closed = "/staff/members/10001/closed"
    assert desk.ask("PUT", closed, body={"reason": "card stolen"}).status_code == 200
    assert desk.delete(closed).status_code == 204

    assert by_card.get("/rentals").json()["code"] == "kiosk_visit_over"


def disable(session, *, now):
    members.disable_member(session, member=member_by_no(session, member_no="10001"), actor="s001", now=now)


def test_a_guest_is_spoken_to_in_their_own_language(house, by_card):
    house.signed_in().patch("/me", {"language": "en"})

    assert by_card.post("/unlocks", {"rental_id": "f" * 32}, key="one").json()["detail"].isascii()


def test_a_kiosk_knows_itself_and_what_is_free_with_nobody_before_it(house, kiosk):
    house.change(a_space, "room")

    assert kiosk.get().json()["bank_id"] == "bank-a"
    banks = kiosk.get("/banks").json()["items"]
    assert [(bank["id"], bank["free"]["S"]) for bank in banks] == [("bank-a", 1), ("bank-b", 0)]
    assert len(kiosk.get("/banks/bank-a").json()["compartments"]) == 2
    assert [space["id"] for space in kiosk.get("/spaces").json()["items"]] == ["room"]
    free = kiosk.get("/spaces/room/availability?from=2026-11-22T04:00:00Z&to=2026-11-22T08:00:00Z")
    assert len(free.json()["items"]) == 4
    for answer in (kiosk.get("/rentals"), kiosk.get("/bookings")):
        assert (answer.status_code, answer.json()["code"]) == (401, "kiosk_visit_over")


def test_staff_see_when_a_kiosk_was_last_there(house, kiosk):
    house.clock.advance(minutes=5)
    kiosk.get()
    settled(house)

    (seen,) = house.signed_in("s003").get("/staff/kiosks").json()["items"]
    assert (seen["seen_at"], seen["presence"]) == ("2026-11-22T04:05:00Z", "online")
    house.clock.advance(minutes=3)
    (silent,) = house.signed_in("s003").get("/staff/kiosks").json()["items"]
    assert (silent["seen_at"], silent["presence"]) == ("2026-11-22T04:05:00Z", "offline")


def test_whoever_stands_there_calls_staff_known_or_not(house, kiosk):
    for _ in range(2):
        assert kiosk.post("/calls", {}).status_code == 204

    [alert] = house.signed_in("s002").get("/staff/alerts").json()["items"]
    assert (alert["kind"], alert["severity"], alert["count"]) == ("call_staff", "alarm", 2)
    assert alert["text"] == "大厅：有人按了呼叫按钮，请马上过去。"


def test_how_it_was_is_counted_by_the_centres_day_and_read_by_staff_alone(house, kiosk):
    for mood in ("good", "good", "poor"):
        assert kiosk.post("/smiles", {"mood": mood}).status_code == 204
    house.clock.advance(hours=12)  # midnight has gone by where the centre stands
    kiosk.post("/smiles", {"mood": "fair"})

    asked = "/staff/smiles?from=2026-11-22&to=2026-11-23"
    told = house.signed_in("s002").get(asked).json()["items"]
    assert [(one["day"], one["kiosk_name"], one["good"], one["fair"], one["poor"]) for one in told] == [
        ("2026-11-22", "大厅", 2, 0, 1),
        ("2026-11-23", "大厅", 0, 1, 0),
    ]
    assert house.signed_in().get(asked).json()["code"] == "not_allowed"
    assert kiosk.post("/smiles", {"mood": "furious"}).json()["code"] == "malformed"


@pytest.mark.parametrize("asked", ["from=2026-11-23&to=2026-11-22", "from=2024-11-22&to=2026-11-22", "from=x&to=y"])
def test_a_span_of_days_that_is_none_is_refused(house, asked):
    assert house.signed_in("s001").get(f"/staff/smiles?{asked}").json()["code"] == "malformed"


@pytest.fixture(scope="module")
def stranger_by_card(shared_house):
    """As `by_card`, for those who are turned away."""
    kiosk = a_kiosk(shared_house, bank_id="bank-a")
    a_card(shared_house, NUMBER, PIN)
    assert kiosk.come(card=NUMBER, pin=PIN).status_code == 201
    return kiosk


OUTSIDE = [one for one in OPERATIONS if not one[1].startswith("/kiosk") and one[2]["operationId"] not in PUBLIC]


@pytest.mark.parametrize(("verb", "path", "operation"), OUTSIDE, ids=[one[2]["operationId"] for one in OUTSIDE])
def test_a_kiosks_token_is_good_for_nothing_outside_its_own_doors(
    shared_house, stranger_by_card, verb, path, operation
):
    for cookie in (None, stranger_by_card.token, stranger_by_card.visit):
        browser = shared_house.browser(**stranger_by_card.headers())
        browser.client.headers.update({"Cookie": f"hearth={cookie}"} if cookie else {})

        answer = ask(browser, verb, path.replace("{", "").replace("}", ""), operation)

        assert answer.json()["code"] == "token_unknown"


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Bearer wrong", "Basic x", "Bearer \x7f"])
def test_a_member_and_a_stranger_are_no_kiosk(house, header):
    member = house.signed_in()

    answer = member.get("/kiosk/banks", headers={"Authorization": header} if header else {})

    assert (answer.status_code, answer.json()["code"]) == (401, "kiosk_unknown")


def test_a_revoked_kiosk_does_nothing_any_more(house, by_card):
    technician = house.signed_in("s003")
    (one,) = technician.get("/staff/kiosks").json()["items"]
    technician.delete(f"/staff/kiosks/{one['id']}")

    for answer in (by_card.get(), by_card.get("/rentals"), by_card.come(card=NUMBER, pin=PIN)):
        assert (answer.status_code, answer.json()["code"]) == (401, "kiosk_unknown")


def test_the_member_finds_in_their_history_that_somebody_came_with_the_pin(house, by_locker):
    (newest, *_) = house.signed_in().get("/me/history").json()["items"]

    assert (newest["act"], newest["by"]["who"]) == ("kiosk_visited", "you")
    with house.centre.sessions.read() as session:
        assert session.scalars(select(AuditEntry.detail).where(AuditEntry.act == "kiosk_visited")).one()
