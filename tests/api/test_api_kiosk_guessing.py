"""Guessing at a kiosk: what is counted, what is told, and who is not in the way of whom."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from api.app import create_app
from api.line import LocalLine
from gateway.credentials.model import Pin
from gateway.members.passwords import Hasher
from tests.api.conftest import CHEAP
from tests.api.kiosk_builder import Screen, a_card, a_kiosk

NUMBER, PIN = "04:A2:1F:99", "483920"


@pytest.fixture
def kiosk(house):
    return a_kiosk(house, bank_id="bank-a")


@pytest.fixture
def rental(house):
    """10001's, in 01 of bank-a."""
    return house.rent("10001", bank_id="bank-a", size="S")


def wrong(rental):
    """Six digits that are not it."""
    return f"{(int(rental['pin']) + 1) % 10**6:06}"


class CountingHasher(Hasher):
    """Says how often it looked."""

    def __init__(self):
        super().__init__(time_cost=1, memory_kib=8)
        self.looked = 0

    def matches(self, password_hash, password):
        self.looked += 1
        return super().matches(password_hash, password)


def test_no_answer_and_no_work_tells_a_wrong_number_from_a_wrong_pin(house, kiosk, rental):
    """Nobody's number, a free locker, another's, one of the past, no card, a blocked one, one without a PIN: alike."""
    hasher = CountingHasher()
    house.app.state.desk = replace(house.app.state.desk, hasher=hasher)
    desk = house.signed_in("s002")
    blocked = a_card(house, "04:00:00:01", PIN, "10001")
    desk.patch(f"/staff/members/10001/cards/{blocked}", {"blocked": True})
    desk.post("/staff/members/10002/cards", {"number": "04:00:00:02"})
    desk.post("/staff/members/s003/cards", {"number": "04:00:00:03"})
    stale = desk.post("/staff/members/s003/kiosk-pin", {}).json()["pin"]
    house.clock.advance(days=1)
    past = house.rent("10002", bank_id="bank-a", size="M")
    house.signed_in("10002").delete(f"/rentals/{past['id']}")

    tries = [
        {"locker_no": "01", "pin": wrong(rental)},
        {"locker_no": "02", "pin": past["pin"]},
        {"locker_no": "99", "pin": rental["pin"]},
        {"locker_no": "01", "bank_id": "bank-b", "pin": rental["pin"]},
        {"locker_no": "01", "bank_id": "nowhere", "pin": rental["pin"]},
        {"card": "04:00:00:01", "pin": PIN},
        {"card": "04:00:00:02", "pin": PIN},
        {"card": "04:00:00:03", "pin": stale},
        {"card": "04:00:00:99", "pin": PIN},
    ]
    hasher.looked = 0
    answers = [kiosk.post("/session", tried) for tried in tries]

    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.text for answer in answers}) == 1
    assert answers[0].json()["code"] == "wrong_pin"
    assert hasher.looked == len(tries)


def test_after_five_wrong_pins_the_right_one_is_refused_too_for_a_quarter_of_an_hour(house, kiosk, rental):
    for _ in range(5):
        assert kiosk.come(locker_no="01", pin=wrong(rental)).json()["code"] == "wrong_pin"

    answer = kiosk.come(locker_no="01", pin=rental["pin"])

    assert (answer.status_code, answer.json()["code"]) == (429, "pin_locked")
    assert answer.headers["Retry-After"] == "900"
    assert "15 分钟" in answer.json()["detail"]
    house.clock.advance(minutes=15)
    assert kiosk.come(locker_no="01", pin=rental["pin"]).status_code == 201


def test_a_flood_at_a_kiosk_keeps_nobody_from_their_phone(house, kiosk, rental):
    for number in range(30):
        kiosk.come(locker_no=str(number), pin=wrong(rental))
    assert kiosk.come(locker_no="01", pin=rental["pin"]).json()["code"] == "kiosk_stopped"

    phone = house.signed_in("10001")

    assert phone.post("/unlocks", {"rental_id": rental["id"]}, key="open").status_code == 202
    assert phone.get("/me/history").status_code == 200


def test_a_pin_made_anew_ends_the_lock_out_at_once(house, kiosk, rental):
    a_card(house, NUMBER, PIN)
    for _ in range(5):
        kiosk.come(locker_no="01", pin=wrong(rental))
        kiosk.come(card=NUMBER, pin="000001")
    assert kiosk.come(card=NUMBER, pin=PIN).json()["code"] == "pin_locked"

    made = house.signed_in().post(f"/rentals/{rental['id']}/pin", {}).json()
    house.signed_in().patch("/me/kiosk-pin", {"pin": PIN})

    assert kiosk.come(locker_no="01", pin=made["pin"]).status_code == 201
    assert kiosk.come(card=NUMBER, pin=PIN).status_code == 201


def test_at_a_second_kiosk_a_locker_that_rests_still_rests(house, kiosk, rental):
    for _ in range(5):
        kiosk.come(locker_no="01", pin=wrong(rental))

    other = a_kiosk(house, "门口")

    assert other.come(locker_no="1", bank_id="bank-a", pin=rental["pin"]).json()["code"] == "pin_locked"


def test_a_kiosk_stops_after_twenty_wrong_pins_for_whatever_is_shown_and_staff_get_an_alert(house, kiosk, rental):
    for number in range(20):
        assert kiosk.come(locker_no=f"X{number}", pin="000001").json()["code"] == "wrong_pin"

    answer = kiosk.come(locker_no="01", pin=rental["pin"])

    assert (answer.status_code, answer.json()["code"]) == (429, "kiosk_stopped")
    assert answer.headers["Retry-After"] == "3600"
    assert kiosk.get().json()["stopped_until"] == "2026-11-22T05:00:00Z"
    (alert,) = house.signed_in("s001").get("/staff/alerts?kind=wrong_codes").json()["items"]
    assert alert["text"].startswith("大厅：有人连续输错取物码")


def test_a_new_program_over_the_same_database_has_forgotten_no_wrong_pin(house, kiosk, rental):
    for _ in range(5):
        kiosk.come(locker_no="01", pin=wrong(rental))

    house.app = create_app(house.centre, line=LocalLine(house.clock), hasher=CHEAP)
    again = Screen(house.browser(), kiosk.token)

    assert again.come(locker_no="01", pin=rental["pin"]).json()["code"] == "pin_locked"
    house.clock.advance(minutes=15)
    assert again.come(locker_no="01", pin=rental["pin"]).status_code == 201
    house.run(close(house))


async def close(house):
    house.app.state.desk.backroom.close()


def test_the_right_pin_after_four_slips_forgives_them(kiosk, rental):
    for _ in range(2):
        for _ in range(4):
            kiosk.come(locker_no="01", pin=wrong(rental))
        assert kiosk.come(locker_no="01", pin=rental["pin"]).status_code == 201


TEXT = st.text(alphabet=st.characters(), max_size=20) | st.sampled_from(
    ["01", "02", "0", "1", "%", "*", "' OR 1=1 --", "01\u0000", "\ud800", "../", "{{7*7}}", "０１", "null", "1e3"]
)
ANYTHING = st.none() | st.booleans() | st.integers() | st.floats() | TEXT | st.lists(TEXT, max_size=2)
LIKELY = st.fixed_dictionaries(  # what a page of ours could send
    {"locker_no": st.sampled_from(["01", "1", "02", "０１"]) | TEXT},
    optional={"bank_id": st.sampled_from(["bank-a", "bank-b", "nowhere"])},
) | st.fixed_dictionaries({"card": st.sampled_from([NUMBER, "04a21f99", "04:A2:1F:98"]) | TEXT})
SHOWN = LIKELY | st.dictionaries(
    st.sampled_from(["locker_no", "bank_id", "card", "pin", "qr", "member_no", "rental_id", "token"]),
    ANYTHING | st.sampled_from(["bank-a", "bank-b", NUMBER]),
    max_size=4,
)
KNOWN = {
    (401, "wrong_pin"),
    (401, "pass_unknown"),
    (422, "malformed"),
    (429, "pin_locked"),
    (429, "kiosk_stopped"),
}


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(shown=SHOWN, pin=st.none() | st.from_regex(r"[0-9]{6}", fullmatch=True))
def test_whatever_is_typed_the_answers_are_the_same_few_and_tell_nothing(house, kiosk, rental, secrets, shown, pin):
    """A terminal of a hotel chain once listed every room's code for a search of dashes."""
    house.clock.advance(minutes=4)  # else the kiosk stops, and nothing more is tried
    body = shown if pin is None or pin == rental["pin"] else {**shown, "pin": pin}

    answer = kiosk.post("/session", body)

    assert (answer.status_code, answer.json()["code"]) in KNOWN, body
    assert set(answer.json()) <= {
        "type",
        "title",
        "status",
        "code",
        "detail",
        "field",
        "fields",
        "retry_after_s",
        "minutes",
    }
    assert not [secret for secret in secrets if secret in answer.text], body


@pytest.fixture
def secrets(house, kiosk, rental):
    """What no answer may hold."""
    a_card(house, NUMBER, PIN)
    with house.centre.sessions.read() as session:
        pins = session.scalars(select(Pin)).all()
    hashes = [text for pin in pins for text in (pin.hash, pin.of_id, pin.id)]
    return [*hashes, rental["pin"], PIN, "王", "10001", kiosk.token]
