"""Activities and notices at a kiosk: what is on is told to anybody, what is somebody's own by card alone."""

import pytest

from gateway.notices import service as notices
from tests.api.kiosk_builder import a_card, a_kiosk
from tests.api.test_api_activities import code, publish, sign_up
from tests.centre_builder import a_group, a_space

NUMBER, PIN = "04:A2:1F:99", "483920"


@pytest.fixture
def desk(house):
    house.change(a_space, "room")
    return house.signed_in("s002")


@pytest.fixture
def kiosk(house):
    return a_kiosk(house, bank_id="bank-a")


@pytest.fixture
def by_card(house, kiosk):
    """10001 stands there by card."""
    a_card(house, NUMBER, PIN)
    assert kiosk.come(card=NUMBER, pin=PIN).status_code == 201
    return kiosk


def left(house, kind="released_by_staff", **facts):
    """A notice for 10001."""
    about = {"about": "x", "now": house.clock.now()}
    return house.change(notices.leave, member_id=house.member_id("10001"), kind=kind, **about, **facts).id


def test_anybody_reads_at_a_kiosk_what_is_on_and_nothing_of_who_signed_up(house, desk, kiosk):
    made = publish(desk, places=2)
    sign_up(house.signed_in("10001"), made)

    [seen] = kiosk.get("/activities").json()["items"]

    facts = house.signed_in("10002").get(f"/activities/{made['id']}").json()
    del facts["mine"]
    assert seen == facts
    assert (seen["places"], seen["taken"], seen["full"], seen["refusal"]) == (2, 1, False, None)


def test_a_kiosk_says_why_nobody_can_sign_up_now(house, desk, kiosk):
    publish(desk, opens_at="2026-11-23T04:00:00Z", space_id=None)
    off = publish(desk, space_id=None)
    desk.post(f"/staff/activities/{off['id']}/call-off", {"reason": "老师病了"})

    refusals = {one["id"]: one["refusal"] for one in kiosk.get("/activities").json()["items"]}

    assert sorted(refusals.values()) == ["activity_called_off", "registration_not_open"]
    assert refusals[off["id"]] == "activity_called_off"


def test_what_is_for_a_group_alone_is_told_and_refused_to_whoever_is_not_in_it(house, desk, by_card):
    house.change(a_group, "east")
    made = publish(desk, group="east")

    [seen] = by_card.get("/activities").json()["items"]
    refused = by_card.post(f"/activities/{made['id']}/registrations", {})

    assert (seen["group"], seen["refusal"]) == ("east", None)
    assert code(refused) == (409, "activity_not_for_you")


def test_by_card_a_member_signs_up_finds_it_on_the_phone_too_and_gives_the_place_back(house, desk, by_card):
    made = publish(desk)
    path = f"/activities/{made['id']}/registrations"

    signed = by_card.post(path, {}, key="one")
    assert (signed.status_code, signed.json()["state"]) == (201, "REGISTERED")
    assert by_card.post(path, {}, key="one").json() == signed.json()
    assert code(by_card.post(path, {}, key="two")) == (409, "already_signed_up")
    assert by_card.get("/registrations").json()["items"] == [signed.json()]
    assert house.signed_in("10001").get(f"/activities/{made['id']}").json()["mine"] == signed.json()

    assert by_card.delete(f"{path}/{signed.json()['id']}").status_code == 204

    assert by_card.get("/registrations").json()["items"] == []
    assert code(by_card.delete(f"{path}/{signed.json()['id']}")) == (409, "registration_over")


def test_by_card_a_member_waits_for_what_is_full(house, desk, by_card):
    made = publish(desk)
    sign_up(house.signed_in("10002"), made)
    path = f"/activities/{made['id']}/registrations"

    assert code(by_card.post(path, {})) == (409, "activity_full")
    waits = by_card.post(path, {"wait": True}).json()

    assert (waits["state"], waits["position"]) == ("WAITING", 1)


def test_by_card_a_member_reaches_no_place_of_another(house, desk, by_card):
    made = publish(desk)
    others = sign_up(house.signed_in("10002"), made).json()

    assert by_card.get("/registrations").json()["items"] == []
    assert by_card.delete(f"/activities/{made['id']}/registrations/{others['id']}").status_code == 404


def test_by_card_a_member_reads_their_notices_in_the_language_of_the_screen_and_puts_news_away(house, by_card):
    [card] = by_card.get("/notices").json()["items"]  # that they were given it
    house.clock.advance(seconds=1)
    told = left(house, "kiosk_pin_reset")
    seen = by_card.get("/notices").json()["items"]
    assert [one["id"] for one in seen] == [told, card["id"]]
    assert seen == house.signed_in("10001").get("/notices").json()["items"]
    in_english = by_card.get("/notices?language=en").json()["items"]
    assert [one["text"].isascii() for one in (seen[0], in_english[0])] == [False, True]

    assert by_card.delete(f"/notices/{told}").status_code == 204

    assert by_card.get("/notices").json()["items"] == [card]
    assert house.signed_in("10001").get("/notices").json()["items"] == [card]


def test_what_still_holds_is_not_put_away_at_a_kiosk_either(house, by_card):
    rented = by_card.post("/rentals", {}, key="one").json()
    where = {"label": rented["compartment"]["label"], "bank": rented["bank_name"], "until": "2026-11-23T04:00:00+00:00"}
    told = left(house, "rental_ending", **where)

    assert code(by_card.delete(f"/notices/{told}")) == (409, "notice_still_so")


OWN = [
    ("GET", "/registrations", None),
    ("POST", "/activities/one/registrations", {}),
    ("DELETE", "/activities/one/registrations/two", None),
    ("GET", "/notices", None),
    ("DELETE", "/notices/one", None),
]


@pytest.mark.parametrize(("verb", "path", "body"), OWN)
def test_whoever_came_by_a_number_or_not_at_all_reaches_none_of_it(house, kiosk, verb, path, body):
    more = {} if body is None else {"body": body}
    nobody = kiosk.ask(verb, path, **more)
    rental = house.rent("10001", bank_id="bank-a", size="S")
    assert kiosk.come(locker_no="01", pin=rental["pin"]).status_code == 201

    by_number = kiosk.ask(verb, path, **more)

    assert code(nobody) == (401, "kiosk_visit_over")
    assert code(by_number) == (403, "card_needed")
