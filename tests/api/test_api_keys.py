"""Cards and PINs at the desk, over HTTP."""

import pytest
from sqlalchemy import select

from gateway.credentials.model import Card, PinOf
from gateway.kit.ids import new_id
from gateway.staff.rules import MOST_A_DAY
from tests.api.test_api_pins import everything_kept, matches

CARDS = "/staff/members/10001/cards"
NUMBER = "04:A2:1F:99"


def texts(house, member_no="10001"):
    return [notice["text"] for notice in house.signed_in(member_no).get("/notices").json()["items"]]


def test_the_desk_registers_blocks_finds_and_removes_a_card(house, desk):
    registered = desk.post(CARDS, {"number": NUMBER, "label": "会员卡"})

    assert registered.status_code == 201
    card = registered.json()
    assert card == {
        "id": card["id"],
        "label": "会员卡",
        "registered_at": "2026-11-22T04:00:00Z",
        "blocked_at": None,
    }
    assert desk.get(CARDS).json() == {"items": [card], "next": None}
    assert "前台为您登记了一张卡" in texts(house)[0]

    path = f"{CARDS}/{card['id']}"
    assert desk.patch(path, {"blocked": True}).json() == {**card, "blocked_at": "2026-11-22T04:00:00Z"}
    assert desk.patch(path, {"blocked": False}).json() == card
    assert desk.delete(path).status_code == 204
    assert desk.delete(path).status_code == 404
    assert desk.get(CARDS).json()["items"] == []


def test_of_a_cards_number_nothing_is_kept_that_could_be_read(house, desk):
    desk.post(CARDS, {"number": NUMBER})

    kept = everything_kept(house)
    assert "04A21F99" not in kept
    assert NUMBER not in kept
    with house.centre.sessions.read() as session:
        assert session.scalars(select(Card.number_hash)).all() == [house.centre.pepper.card("04A21F99")]


@pytest.mark.parametrize("member_no", ["10001", "10002"])
def test_one_card_is_never_two_members(desk, member_no):
    desk.post(CARDS, {"number": NUMBER})

    answer = desk.post(f"/staff/members/{member_no}/cards", {"number": "04a21f99"})

    assert (answer.status_code, answer.json()["code"]) == (409, "card_taken")


@pytest.mark.parametrize("number", ["", "04A", "-:-:-:-", "x" * 65, "04\n04", 1234, None])
def test_what_is_no_cards_number_is_malformed(desk, number):
    answer = desk.post(CARDS, {"number": number})

    assert (answer.status_code, answer.json()["field"]) == (422, "number")


def test_the_same_key_again_registers_nothing_twice(desk):
    first = desk.post(CARDS, {"number": NUMBER}, key="one")

    assert desk.post(CARDS, {"number": NUMBER}, key="one").json() == first.json()


def test_a_one_time_pin_is_told_once_at_the_desk_and_its_member_hears_of_it(house, desk):
    first, again = (desk.post("/staff/members/10001/kiosk-pin", {}, key="one") for _ in range(2))

    assert first.status_code == 201
    assert first.json()["ends_at"] == "2026-11-23T04:00:00Z"
    assert again.json() == {**first.json(), "pin": None}
    assert matches(house, first.json()["pin"], PinOf.MEMBER) == [house.member_id("10001")]
    member = house.signed_in("10001")
    assert member.get("/me/kiosk-pin").json()["state"] == "one_time"
    assert "一次性密码" in texts(house)[0]
    house.clock.advance(days=1)
    assert house.signed_in("10001").get("/me/kiosk-pin").json()["state"] == "none"


def test_the_desk_makes_a_rentals_pin_anew_with_a_reason_that_its_holder_reads(house, desk):
    rental = house.rent("10001")

    answer = desk.post(f"/staff/rentals/{rental['id']}/pin", {"reason": "忘了密码"})

    assert answer.status_code == 201
    assert matches(house, answer.json()["pin"]) == [rental["id"]]
    assert "01 号柜换了新的取物密码。原因：忘了密码。" in texts(house)[0]
    history = house.signed_in("10001").get("/me/history").json()["items"]
    assert [(one["act"], one["by"]["who"], one["reason"]) for one in history[:1]] == [
        ("pin_reset", "staff", "忘了密码")
    ]
    assert desk.post(f"/staff/rentals/{rental['id']}/pin", {}).json()["field"] == "reason"


def test_a_pin_made_at_the_desk_counts_as_an_opening_of_that_door(house, desk):
    """Whoever knows it goes to the kiosk: else one person could go through members' things by it, alone and unseen."""
    first, second = house.rent("10001"), house.rent("10002")

    def pin(of, by=desk):
        answer = by.post(f"/staff/rentals/{of['id']}/pin", {"reason": "x"})
        return answer.json().get("code", answer.status_code)

    def opened(of, by=desk):
        answer = by.post(f"/staff/locks/{of['lock_id']}/open", {"reason": "x"}, key=new_id())
        return answer.json().get("code", answer.status_code)

    assert pin(first) == 201
    assert pin(second) == "second_person_needed"
    assert opened(second) == "second_person_needed"
    assert pin(first) == 201  # the same one, as often as it takes
    assert pin(second, house.signed_in("s001")) == 201
    house.clock.advance(minutes=5)
    assert pin(second) == "password_again"
    assert pin(second, house.signed_in("s002")) == 201


@pytest.mark.parametrize("word", ["kiosk-pin", "password"])
def test_a_word_that_leads_to_a_members_locker_takes_the_password_again_and_any_other_does_not(house, desk, word):
    house.rent("10001")
    house.clock.advance(minutes=5)

    answers = {no: desk.post(f"/staff/members/{no}/{word}", {}) for no in ("10001", "10002")}

    assert {no: answer.status_code for no, answer in answers.items()} == {"10001": 403, "10002": 201}
    assert answers["10001"].json()["code"] == "password_again"
    assert house.signed_in("s002").post(f"/staff/members/10001/{word}", {}).status_code == 201


def test_so_many_pins_and_openings_together_are_the_most_a_day(house):
    rental = house.rent("10001")
    answers = []
    for _ in range(MOST_A_DAY + 1):
        answers.append(house.signed_in("s002").post(f"/staff/rentals/{rental['id']}/pin", {"reason": "x"}))
        house.clock.advance(minutes=5)

    assert [answer.status_code for answer in answers] == [201] * MOST_A_DAY + [403]
    assert answers[-1].json()["code"] == "staff_openings_used_up"


@pytest.mark.parametrize("who", ["10001", "s003"])
@pytest.mark.parametrize(
    ("verb", "path", "body"),
    [
        ("GET", CARDS, None),
        ("POST", CARDS, {"number": NUMBER}),
        ("PATCH", f"{CARDS}/one", {"blocked": True}),
        ("DELETE", f"{CARDS}/one", None),
        ("POST", "/staff/members/10001/kiosk-pin", {}),
        ("POST", "/staff/rentals/one/pin", {"reason": "x"}),
    ],
)
def test_cards_and_pins_are_the_desks_and_the_managers_alone(house, who, verb, path, body):
    more = {} if body is None else {"body": body}

    answer = house.signed_in(who).ask(verb, path, **more)

    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")


@pytest.mark.parametrize(("verb", "path"), [("GET", ""), ("PATCH", "/one"), ("DELETE", "/one")])
@pytest.mark.parametrize("member_no", ["99999", "10001"])
def test_whom_there_is_not_and_a_card_that_is_not_theirs_are_not_found(house, desk, verb, path, member_no):
    if member_no == "10001" and not path:
        return
    more = {"body": {"blocked": True}} if verb == "PATCH" else {}

    assert desk.ask(verb, f"/staff/members/{member_no}/cards{path}", **more).status_code == 404
