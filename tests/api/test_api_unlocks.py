"""Asking for a door, and hearing what came of it."""

import asyncio

import pytest
from sqlalchemy import func, select

from gateway.fleet import service as fleet_service
from gateway.fleet.model import Presence
from gateway.kit.db import Change
from gateway.unlocking import service as unlocking_service
from gateway.unlocking.model import Unlock, UnlockState
from tests.api.conftest import together
from tests.centre_builder import NOON, lock_of, set_presence
from tests.statements import heard


@pytest.fixture
def rental(house):
    return house.rent("10001", bank_id="bank-a", size="S")


@pytest.fixture
def phone(house, rental):
    return house.signed_in()


def press(phone, rental, key="press"):
    return phone.post("/unlocks", {"rental_id": rental["id"]}, key=key)


def unlocks_in(house):
    with house.centre.sessions.read() as session:
        return session.scalar(select(func.count()).select_from(Unlock))


def move(session, unlock_id, to):
    """As the gateway would."""
    unlocking_service.move(session, session.get_one(Unlock, unlock_id), to, now=NOON)


def settle_as_opened(house, unlock_id):
    """As the gateway would, and it says so on the line."""
    for state in (UnlockState.AUTHORISED, UnlockState.SIGNED, UnlockState.OPENED):
        house.change(move, unlock_id, state)


def test_a_press_and_its_answer_ask_the_database_little_and_nothing_that_is_put_together_anew(house, phone, rental):
    others = house.rent("10002")
    other_phone = house.signed_in("10002")
    phone.get(f"/unlocks/{press(phone, rental).json()['id']}")

    with heard(house.centre.sessions) as statements:
        unlock = press(other_phone, others).json()
        other_phone.get(f"/unlocks/{unlock['id']}")

    assert unlock["state"] == "REQUESTED"
    assert [one.text for one in statements if not one.was_ready] == []
    assert len(statements) <= 13


def test_a_press_is_accepted_with_its_deadline(house, phone, rental):
    answer = press(phone, rental)

    assert answer.status_code == 202
    unlock = answer.json()
    assert unlock.pop("id")
    assert unlock == {
        "state": "REQUESTED",
        "code": "",
        "lock_id": rental["lock_id"],
        "requested_at": "2026-11-22T04:00:00Z",
        "deadline": "2026-11-22T04:00:13Z",
        "settled_at": None,
    }


def test_the_gateway_is_woken_once_the_row_stands(house, phone, rental):
    press(phone, rental)

    assert house.line.rings == 1


def test_the_lock_can_be_named_by_itself(house, phone, rental):
    answer = phone.post("/unlocks", {"lock_id": rental["lock_id"]}, key="press")

    assert answer.json()["lock_id"] == rental["lock_id"]


def test_without_a_key_nothing_is_asked(house, phone, rental):
    answer = phone.post("/unlocks", {"rental_id": rental["id"]})

    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_missing")
    assert unlocks_in(house) == 0


@pytest.mark.parametrize("key", ["", "x" * 129, "schlüssel", "\t"])
def test_a_key_that_cannot_be_one_is_malformed(house, phone, rental, key):
    answer = phone.post("/unlocks", {"rental_id": rental["id"]}, headers={"Idempotency-Key": key.encode()})

    assert (answer.status_code, answer.json()["field"]) == (422, "Idempotency-Key")


def test_the_same_key_again_is_the_same_press(house, phone, rental):
    first, second = press(phone, rental), press(phone, rental)

    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert unlocks_in(house) == 1


def test_the_same_key_from_several_phones_at_once_is_one_press(house_on_each):
    house = house_on_each
    rental = house.rent("10001")
    phones = [house.signed_in() for _ in range(6)]
    asked = {"body": {"rental_id": rental["id"]}, "headers": {"Idempotency-Key": "press"}}

    answers = together(house, *(phone.asking("POST", "/unlocks", **asked) for phone in phones))

    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert unlocks_in(house) == 1


def test_presses_with_keys_of_their_own_at_once_are_one_press_and_refusals(house_on_each):
    house = house_on_each
    rental = house.rent("10001")
    phone = house.signed_in()
    asked = [{"body": {"rental_id": rental["id"]}, "headers": {"Idempotency-Key": f"press-{no}"}} for no in range(6)]

    answers = together(house, *(phone.asking("POST", "/unlocks", **one) for one in asked))

    assert sorted(answer.status_code for answer in answers) == [202] + [409] * 5


def test_the_same_key_with_another_body_is_refused(house, phone, rental):
    press(phone, rental)

    answer = phone.post("/unlocks", {"lock_id": rental["lock_id"]}, key="press")

    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")


def test_somebody_elses_key_is_not_mine(house, phone, rental):
    press(phone, rental)
    other = house.rent("10002")

    answer = house.signed_in("10002").post("/unlocks", {"rental_id": other["id"]}, key="press")

    assert answer.status_code == 202
    assert answer.json()["lock_id"] == other["lock_id"]


def test_a_refusal_does_not_use_the_key_up(house, phone, rental):
    house.change(set_presence, Presence.OFFLINE)
    press(phone, rental)
    house.change(set_presence, Presence.ONLINE)

    assert press(phone, rental).status_code == 202


def test_while_a_press_is_under_way_another_is_refused_and_told_which(house, phone, rental):
    first = press(phone, rental, key="one").json()

    answer = press(phone, rental, key="two")

    assert (answer.status_code, answer.json()["code"]) == (409, "unlock_under_way")
    assert answer.json()["unlock_id"] == first["id"]


def test_a_bank_that_is_away_is_not_asked(house, phone, rental):
    house.change(set_presence, Presence.OFFLINE)

    answer = press(phone, rental)

    assert (answer.status_code, answer.json()["code"]) == (409, "bank_offline")
    assert unlocks_in(house) == 0


def test_a_suspended_bank_is_not_asked(house, phone, rental):
    house.change(fleet_service.suspend, device_id="bank-a", reason="repair", actor="test", now=NOON)

    assert press(phone, rental).json()["code"] == "device_suspended"


def test_a_rental_that_has_ended_opens_nothing(house, phone, rental):
    phone.delete(f"/rentals/{rental['id']}")

    answer = press(phone, rental)

    assert (answer.status_code, answer.json()["code"]) == (409, "rental_ended")


def test_the_lock_of_a_rental_that_has_ended_is_nobodys(house, phone, rental):
    phone.delete(f"/rentals/{rental['id']}")

    assert phone.post("/unlocks", {"lock_id": rental["lock_id"]}, key="press").status_code == 404


@pytest.mark.parametrize("body", [{}, {"lock_id": "a", "rental_id": "b"}, {"lock_id": None}, {"lock_id": 7}])
def test_a_press_must_name_one_thing(house, phone, body):
    answer = phone.post("/unlocks", body, key="press")

    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (422, "malformed", "lock_id")


class TestWithTheGatewayAway:
    @pytest.fixture(params=["silent", "not ready"])
    def away(self, request, house):
        if request.param == "silent":
            house.clock.advance(seconds=5.1)
        else:
            house.pulse(ready=False)

    def test_a_press_is_refused_at_once(self, house, phone, rental, away):
        answer = press(phone, rental)

        assert (answer.status_code, answer.json()["code"]) == (503, "gateway_away")
        assert answer.headers["Retry-After"] == "5"
        assert unlocks_in(house) == 0

    def test_when_it_is_back_the_same_key_is_good(self, house, phone, rental, away):
        press(phone, rental)
        house.pulse()

        assert press(phone, rental).status_code == 202


def test_a_press_already_accepted_is_told_again_while_the_gateway_is_away(house, phone, rental):
    first = press(phone, rental)
    house.clock.advance(seconds=6)

    assert press(phone, rental).json() == first.json()


def test_what_never_heard_the_gateway_counts_as_without_it(house, phone, rental):
    house.app.state.desk.hub.feel_pulse(ready=True, at=float("-inf"))

    assert press(phone, rental).json()["code"] == "gateway_away"


def test_an_unlock_can_be_looked_at(house, phone, rental):
    unlock = press(phone, rental).json()

    assert phone.get(f"/unlocks/{unlock['id']}").json() == unlock


def test_waiting_ends_when_the_unlock_does(house, phone, rental):
    unlock = press(phone, rental).json()

    async def while_waiting():
        waiting = asyncio.create_task(phone.asking("GET", f"/unlocks/{unlock['id']}?wait=30"))
        await asyncio.sleep(0.05)
        await asyncio.to_thread(settle_as_opened, house, unlock["id"])
        return await waiting

    answer = house.run(while_waiting())

    assert answer.json()["state"] == "OPENED"
    assert answer.json()["settled_at"] is not None


def test_whoever_waits_for_an_unlock_is_woken_by_its_end_alone(house):
    hub = house.app.state.desk.hub

    with hub.watch("mine") as ended:
        hub.tell(Change("unlock", {"id": "another", "member_id": "m", "state": "OPENED"}))
        hub.tell(Change("unlock", {"id": "mine", "member_id": "m", "state": "SIGNED"}))
        assert not ended.is_set()
        hub.tell(Change("unlock", {"id": "mine", "member_id": "m", "state": "OPENED"}))
        assert ended.is_set()


def test_waiting_ends_without_a_word_from_the_line(house, phone, rental):
    """The change is in the database and nobody says so: the next look finds it."""
    unlock = press(phone, rental).json()
    house.centre.sessions.on_commit = lambda changes: None

    async def while_waiting():
        waiting = asyncio.create_task(phone.asking("GET", f"/unlocks/{unlock['id']}?wait=30"))
        await asyncio.sleep(0.05)
        await asyncio.to_thread(settle_as_opened, house, unlock["id"])
        return await waiting

    assert house.run(while_waiting()).json()["state"] == "OPENED"


def test_waiting_is_not_over_at_the_first_move(house, phone, rental):
    unlock = press(phone, rental).json()

    async def while_waiting():
        waiting = asyncio.create_task(phone.asking("GET", f"/unlocks/{unlock['id']}?wait=0.3"))
        await asyncio.sleep(0.05)
        await asyncio.to_thread(house.change, move, unlock["id"], UnlockState.AUTHORISED)
        return await waiting

    assert house.run(while_waiting()).json()["state"] == "AUTHORISED"


def test_a_wait_has_an_end(house, phone, rental):
    unlock = press(phone, rental).json()

    assert phone.get(f"/unlocks/{unlock['id']}?wait=0.05").json()["state"] == "REQUESTED"


@pytest.mark.parametrize("wait", ["-1", "31", "long", "nan", "inf"])
def test_a_wait_that_cannot_be_is_malformed(house, phone, rental, wait):
    unlock = press(phone, rental).json()

    answer = phone.get(f"/unlocks/{unlock['id']}?wait={wait}")

    assert (answer.status_code, answer.json()["field"]) == (422, "wait")


def test_a_request_that_nobody_took_in_time_is_told_as_expired(house, phone, rental):
    """The gateway died: without this the member would read REQUESTED for ever."""
    unlock = press(phone, rental).json()
    house.clock.advance(seconds=8.1)

    answer = phone.get(f"/unlocks/{unlock['id']}").json()

    assert (answer["state"], answer["code"]) == ("EXPIRED", "late")


def test_a_request_that_the_gateway_may_still_take_is_not_ended(house, phone, rental):
    unlock = press(phone, rental).json()
    house.clock.advance(seconds=7.9)

    assert phone.get(f"/unlocks/{unlock['id']}").json()["state"] == "REQUESTED"


def test_what_is_signed_is_never_told_as_expired(house, phone, rental):
    unlock = press(phone, rental).json()
    house.change(move, unlock["id"], UnlockState.AUTHORISED)
    house.change(move, unlock["id"], UnlockState.SIGNED)
    house.clock.advance(seconds=60)

    assert phone.get(f"/unlocks/{unlock['id']}").json()["state"] == "SIGNED"


def test_the_list_is_the_members_own_newest_first_in_pages(house, phone, rental):
    made = []
    for no in range(3):
        made.append(press(phone, rental, key=f"press-{no}").json()["id"])
        settle_as_opened(house, made[-1])

    first = phone.get("/unlocks?limit=2").json()
    second = phone.get(f"/unlocks?limit=2&after={first['next']}").json()

    # All were asked for at the same moment: none is lost between two pages.
    assert sorted(unlock["id"] for unlock in first["items"] + second["items"]) == sorted(made)
    assert second["next"] is None


def test_a_stopping_program_lets_those_who_wait_go(house, phone, rental):
    unlock = press(phone, rental).json()

    async def while_waiting():
        waiting = asyncio.create_task(phone.asking("GET", f"/unlocks/{unlock['id']}?wait=30"))
        await asyncio.sleep(0.05)
        house.app.state.desk.hub.close()
        return await waiting

    assert house.run(while_waiting()).json()["state"] == "REQUESTED"


def test_a_lock_that_nobody_rents_is_nobodys(house, phone):
    with house.centre.sessions.read() as session:
        free = lock_of(session, "02")

    assert phone.post("/unlocks", {"lock_id": free}, key="press").status_code == 404
