"""The trail holds ids alone; whoever reads it is told what they stand for today."""

from gateway.zones import service as zones
from tests.api.test_api_tokens import ROOM
from tests.centre_builder import NOON, a_space


def newest(house, act):
    return house.signed_in("s001").get("/staff/audit", params={"newest": True, "act": act}).json()["items"][0]


def test_a_rental_is_called_after_its_compartment_and_whom_it_is_shared_with_after_their_number(house):
    rental = house.rent("10001", bank_id="bank-a", size="S")
    house.signed_in("10001").post(f"/rentals/{rental['id']}/shares", {"member_no": "10002"})

    rented, shared = newest(house, "rented"), newest(house, "shared")

    name = {"zh-CN": "大厅 01 号柜", "en": "Compartment 01 at Lobby"}
    assert (rented["thing"], rented["thing_name"]) == (rental["id"], name)
    assert rented["named"] == {"compartment": [name]}
    assert shared["named"] == {"member": [{"zh-CN": "10002", "en": "10002"}]}


def test_a_room_and_a_zone_of_one_id_are_not_taken_for_each_other(house):
    def make(session):
        zones.make_zone(session, zone_id="room", name_zh="东边", name_en="East side", actor="test", now=NOON)
        a_space(session, "room")
        zones.place(session, what="space", ref="room", zone_id="room", actor="test", now=NOON)

    house.change(make)

    placed, made = newest(house, "space_placed"), newest(house, "zone_made")

    assert placed["thing_name"]["zh-CN"] == "场地 room"
    assert placed["named"] == {"zone": [{"zh-CN": "东边", "en": "East side"}]}
    assert made["thing_name"]["en"] == "East side"


def test_what_is_gone_or_is_nothing_of_ours_keeps_its_id(house):
    house.signed_in("10001")

    assert newest(house, "signed_in")["thing_name"] is None
    assert newest(house, "signed_in")["named"] == {}


def test_a_booking_is_called_after_its_space(house):
    house.change(a_space, "room")
    house.signed_in("10001").post("/bookings", ROOM, key="book")

    booked = newest(house, "booked")

    assert booked["thing_name"]["zh-CN"] == "场地 room"
    assert booked["named"]["space"] == [booked["thing_name"]]
