"""A card held to the kiosk's own reader signs its owner in there as a typed one does: now, once, and nowhere else."""

import asyncio

import pytest
from sqlalchemy import select

from gateway.fleet import service as fleet
from gateway.fleet.model import DeadLetter
from gateway.kiosks.model import Presentation
from gateway.kit.db import Change
from tests.api.kiosk_builder import a_card, a_kiosk
from tests.api.reader_builder import Reader
from tests.api.test_api_passes import registered
from tests.api.test_api_pins import everything_kept

NUMBER, PIN = "04A21F99", "483920"


@pytest.fixture
def kiosk(house):
    kiosk = a_kiosk(house, bank_id="bank-a")
    kiosk.id = kiosk.get().json()["id"]
    return kiosk


@pytest.fixture
def card(house):
    a_card(house, "04:A2:1F:99", PIN)


@pytest.fixture
def reader(house, kiosk):
    return Reader(house).approve().stand_at(kiosk.id)


def a_phone(house):
    return registered(house.signed_in())


def presented(kiosk, **query):
    answer = kiosk.ask("GET", "/presented", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def dead(house):
    with house.centre.sessions.read() as session:
        return {letter.fault: letter.count for letter in session.scalars(select(DeadLetter))}


def refusal(answer):
    return answer.status_code, answer.json()["code"]


def test_a_card_held_to_the_reader_and_its_pin_let_its_owner_in(kiosk, reader, card):
    reader.show(NUMBER)
    shown = presented(kiosk)
    answer = kiosk.come(presented=shown["handle"], pin=PIN)

    assert shown["by"] == "card"
    assert (answer.status_code, answer.json()["came_by"], answer.json()["name"]) == (201, "card", "王*")


def test_a_card_alone_lets_nobody_in(kiosk, reader, card):
    reader.show(NUMBER)

    assert refusal(kiosk.come(presented=presented(kiosk)["handle"])) == (422, "malformed")


def test_a_pass_held_to_the_reader_lets_its_owner_in_without_a_pin(house, kiosk, reader):
    reader.show(a_phone(house).code(house.clock.now()))
    shown = presented(kiosk)
    answer = kiosk.come(presented=shown["handle"])

    assert shown["by"] == "pass"
    assert (answer.status_code, answer.json()["came_by"]) == (201, "pass")


def test_a_pass_that_is_read_again_has_the_same_handle_and_is_the_same_visit(house, kiosk, reader):
    code = a_phone(house).code(house.clock.now())
    reader.show(code)
    first = presented(kiosk)["handle"]
    token = kiosk.come(presented=first).json()["token"]
    reader.pass_time(3)
    reader.show(code)

    assert presented(kiosk)["handle"] == first
    assert presented(kiosk, after=first)["handle"] is None
    assert kiosk.come(presented=first).json()["token"] == token


def test_a_wrong_pin_counts_for_the_card_as_if_it_were_typed_and_the_card_need_not_be_held_again(kiosk, reader, card):
    reader.show(NUMBER)
    handle = presented(kiosk)["handle"]
    told = [refusal(kiosk.come(presented=handle, pin="111222")) for _ in range(4)]
    told.append(refusal(kiosk.come(card=NUMBER, pin="111222")))

    assert told == [(401, "wrong_pin")] * 5
    assert refusal(kiosk.come(presented=handle, pin=PIN)) == (429, "pin_locked")


def test_a_card_that_nobody_has_is_answered_like_a_wrong_pin(kiosk, reader):
    reader.show("FFFFFFFF")

    assert refusal(kiosk.come(presented=presented(kiosk)["handle"], pin=PIN)) == (401, "wrong_pin")


def test_a_handle_lets_somebody_in_once(kiosk, reader, card):
    reader.show(NUMBER)
    handle = presented(kiosk)["handle"]
    assert kiosk.come(presented=handle, pin=PIN).status_code == 201

    assert refusal(kiosk.come(presented=handle, pin=PIN)) == (401, "presented_over")


def test_after_five_seconds_the_screen_is_told_nothing(kiosk, reader, card):
    reader.show(NUMBER)
    reader.pass_time(4.9)
    assert presented(kiosk)["handle"] is not None
    reader.pass_time(0.2)

    assert presented(kiosk) == {"handle": None, "by": None}


def test_three_minutes_after_it_was_held_there_a_card_is_good_for_nothing(kiosk, reader, card):
    reader.show(NUMBER)
    handle = presented(kiosk)["handle"]
    reader.pass_time(180)

    assert refusal(kiosk.come(presented=handle, pin=PIN)) == (401, "presented_over")


def test_another_card_takes_the_place_of_the_one_before(kiosk, reader, card):
    reader.show(NUMBER)
    first = presented(kiosk)["handle"]
    reader.pass_time(1)
    reader.show("22222222")

    assert presented(kiosk)["handle"] not in {first, None}
    assert refusal(kiosk.come(presented=first, pin=PIN)) == (401, "presented_over")


def test_another_kiosk_is_told_nothing_and_cannot_use_the_handle(house, kiosk, reader, card):
    other = a_kiosk(house, "二楼")
    reader.show(NUMBER)

    assert presented(other)["handle"] is None
    assert refusal(other.come(presented=presented(kiosk)["handle"], pin=PIN)) == (401, "presented_over")


def test_nobody_but_a_kiosk_is_told(house, kiosk, reader, card):
    reader.show(NUMBER)

    assert refusal(house.signed_in("s001").get("/kiosk/presented")) == (401, "kiosk_unknown")


def test_what_was_said_before_and_comes_again_signs_nobody_in(house, kiosk, reader, card):
    reader.show(NUMBER)
    kiosk.come(presented=presented(kiosk)["handle"], pin=PIN)
    reader.pass_time(1)
    reader.deliver_again()

    assert presented(kiosk)["handle"] is None
    assert dead(house) == {"late": 1}


def test_the_same_answer_twice_is_one_card(house, kiosk, reader, card):
    reader.show(NUMBER)
    reader.gateway.intake.receive([reader.letters[-1]])
    kiosk.come(presented=presented(kiosk)["handle"], pin=PIN)
    reader.gateway.intake.receive([reader.letters[-1]])

    assert presented(kiosk)["handle"] is None
    assert dead(house) == {"late": 2}


def test_a_pass_that_was_held_at_one_kiosk_lets_nobody_in_at_another(house, kiosk, reader):
    other = a_kiosk(house, "二楼")
    reader.show(a_phone(house).code(house.clock.now()))

    assert refusal(other.come(presented=presented(kiosk)["handle"])) == (401, "presented_over")


def test_a_card_that_was_long_in_the_post_signs_nobody_in_and_is_counted(house, kiosk, reader, card):
    reader.show("11111111")
    reader.is_held = True
    reader.pass_time(1)
    reader.show(NUMBER)
    reader.gateway.intake.receive([reader.letters[-1]])  # the news; the answer to it waits
    reader.pass_time(5)
    reader.gateway.intake.receive([reader.letters[-1]])

    assert presented(kiosk)["handle"] is None
    assert dead(house) == {"late": 1}


def test_the_time_before_the_question_counts_too(kiosk, reader, card):
    reader.is_held = True
    reader.show(NUMBER)
    reader.pass_time(4)
    reader.is_held = False
    reader.gateway.intake.receive([reader.letters[-1]])
    assert presented(kiosk)["handle"] is not None
    reader.pass_time(1.1)

    assert presented(kiosk)["handle"] is None


@pytest.mark.parametrize("why", ["unbound", "bound elsewhere", "kiosk revoked"])
def test_a_reader_that_is_not_this_kiosks_is_not_even_asked(house, kiosk, reader, card, why):
    technician = house.signed_in("s003")
    if why == "unbound":
        technician.patch(f"/staff/kiosks/{kiosk.id}", {"device_id": None})
    elif why == "bound elsewhere":
        technician.patch(f"/staff/kiosks/{kiosk.id}", {"device_id": None})
        reader.stand_at(a_kiosk(house, "二楼").get().json()["id"])
    else:
        technician.delete(f"/staff/kiosks/{kiosk.id}")
    reader.show(NUMBER)

    if why == "kiosk revoked":
        assert kiosk.get("/presented").status_code == 401
    else:
        assert presented(kiosk)["handle"] is None
    assert len(reader.orders) == (1 if why == "bound elsewhere" else 0)
    assert dead(house) == ({} if why == "bound elsewhere" else {"unbound": 1})


def test_a_reader_that_was_suspended_is_asked_no_more(house, kiosk, reader, card):
    reader.show("11111111")
    reader.pass_time(1)
    house.change(fleet.suspend, device_id="kiosk-1", reason="x", actor="staff", now=house.clock.now())
    reader.show(NUMBER)

    assert len(reader.orders) == 1
    assert dead(house) == {"stranger": 1}


def test_a_reader_that_is_unbound_between_question_and_answer_says_it_to_nobody(house, kiosk, reader, card):
    reader.is_held = True
    reader.show(NUMBER)
    reader.gateway.intake.receive([reader.letters[-1]])
    house.signed_in("s003").patch(f"/staff/kiosks/{kiosk.id}", {"device_id": None})
    reader.gateway.intake.receive([reader.letters[-1]])

    assert house.change(lambda session: session.get(Presentation, kiosk.id)) is None


def test_a_device_that_shows_cards_without_end_keeps_nobody_busy(kiosk, reader):
    for number in range(100):
        reader.show(f"{number:08}")

    assert len(reader.orders) == 1


def test_no_number_of_a_card_is_kept_or_written_down(house, kiosk, reader, card, caplog):
    caplog.set_level("DEBUG")
    reader.show(NUMBER)
    reader.deliver_again()
    kiosk.come(presented=presented(kiosk)["handle"], pin="111222")

    assert NUMBER not in everything_kept(house)
    assert NUMBER not in caplog.text
    sample = house.change(lambda session: session.scalars(select(DeadLetter.sample)).all())
    assert not any(NUMBER.encode().hex() in one for one in sample)


def test_a_screen_that_waits_is_told_at_once(house, kiosk, reader, card):
    async def while_waiting():
        waiting = asyncio.create_task(kiosk.asking("GET", "/presented?wait=30"))
        await asyncio.sleep(0.05)
        await asyncio.to_thread(reader.show, NUMBER)
        return await waiting

    assert house.run(while_waiting()).json()["by"] == "card"


def test_whoever_waits_for_one_kiosks_reader_is_not_woken_by_anothers(house):
    hub = house.app.state.desk.hub

    with hub.watch("mine") as told:
        hub.tell(Change("presented", {"kiosk_id": "another"}))
        assert not told.is_set()
        hub.tell(Change("presented", {"kiosk_id": "mine"}))
        assert told.is_set()


def test_a_kiosk_knows_whether_it_has_a_reader(house, kiosk):
    assert kiosk.get().json()["has_reader"] is False

    Reader(house).approve().stand_at(kiosk.id)
    assert kiosk.get().json()["has_reader"] is True
