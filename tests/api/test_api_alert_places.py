"""Every alert says where it is, by name, and whose booking or rental it touches, to those who may read that."""

import pytest
from sqlalchemy import select

from gateway.facility import buttons
from gateway.facility.watch import Watch
from gateway.faults import service as faults
from gateway.fleet import service as fleet
from gateway.fleet.model import Button, Device, Lock
from gateway.fleet.rules import Report
from gateway.telemetry.store import Letter, Value, now_ms
from gateway.zones import service as zones
from gateway.zones.model import Placed
from tests.centre_builder import a_device, a_space, lock_of

HALL = {"what": "zone", "id": "music", "name": {"zh-CN": "琴房区", "en": "Music rooms"}}
ROOM = {"zh-CN": "场地 room", "en": "Space room"}
BOX = {"zh-CN": "大厅 01 号柜", "en": "Compartment 01 at Lobby"}


@pytest.fixture
def house(house):
    """A zone with a room that 10001 has booked for now, its door, a sensor and bank-a; 10002 rents there."""
    now = house.clock.now()

    def furnish(session):
        a_device(session, "door-1", doors=1)
        a_device(session, "air-1", doors=0)
        a_device(session, "plug-1", doors=0)
        lock_id = session.scalar(select(Lock.id).where(Lock.device_id == "door-1"))
        a_space(session, "room", lock_id=lock_id)
        a_space(session, "elsewhere")
        zones.make_zone(session, zone_id="music", name_zh="琴房区", name_en="Music rooms", actor="x", now=now)
        for what, ref in (
            (Placed.SPACE, "room"),
            (Placed.DEVICE, "air-1"),
            (Placed.DEVICE, "plug-1"),
            (Placed.DEVICE, "bank-a"),
        ):
            zones.place(session, what=what, ref=ref, zone_id="music", actor="x", now=now)

    house.change(furnish)
    house.rent("10002", bank_id="bank-a", size="S")
    phone = house.signed_in("10001")
    for space_id, hour in (("room", 5), ("room", 6), ("room", 7), ("elsewhere", 6)):
        wish = {"space_id": space_id, "starts_at": f"2026-11-22T{hour:02}:00:00Z"}
        wish["ends_at"] = f"2026-11-22T{hour + 1:02}:00:00Z"
        assert phone.post("/bookings", wish, key=f"{space_id}-{hour}").status_code == 201
    house.clock.advance(hours=2, minutes=10)
    return house


def measure(house, metric, value=1.0, *, after_min=0):
    """A sensor in the zone says so."""
    watch = Watch()
    for minutes in (0, after_min):
        at = house.clock.now()
        letter = Letter("air-1", "0" * 16, 1, 1, now_ms(at), [Value("probe", metric, value)])
        house.change(watch.note, [letter], now=at)
        house.clock.advance(minutes=after_min if minutes == 0 else 0)


def force(house, device_id, door):
    """A door comes open and nobody has asked."""

    def report(session):
        device = session.get_one(Device, device_id)
        now = house.clock.now()
        if device.last_seq is None:
            fleet.take_up_log(session, device, oldest_seq=1, now=now)
        seq = device.last_seq + 1
        told = Report(
            device_id=device_id,
            seq=seq,
            hash=f"{seq:064}",
            prev_hash=device.last_hash,
            boot_id=device.boot_id,
            kind="forced",
            mono_ms=0,
            door=door,
            age_ms=0,
        )
        faults.note_events(session, [fleet.record_event(session, told, now=now).event], now=now)

    house.change(report)


def press(house):
    """An off-the-shelf button, which calls staff."""

    def act(session):
        device = session.get_one(Device, "plug-1")
        device.button = Button.CALL_STAFF
        assert buttons.note_event(session, device, event="single", now=house.clock.now())

    house.change(act)


def call_at_kiosk(house):
    """Somebody before the kiosk beside bank-a."""
    answer = house.signed_in("s001").post("/staff/kiosks", {"name": "大厅机", "bank_id": "bank-a"}).json()
    kiosk = house.browser(Authorization=f"Bearer {answer['token']}")
    assert kiosk.post("/kiosk/calls", {}).status_code == 204


def one_alert(house, reader="s002"):
    [alert] = house.signed_in(reader).get("/staff/alerts").json()["items"]
    return alert


def booked(alert):
    return [(one["by"], one["name"], one["from"], one["member_no"]) for one in alert["touches"]]


THE_BOOKING = [("booking", ROOM, "2026-11-22T06:00:00Z", "10001")]


@pytest.mark.parametrize(
    ("kind", "happen"),
    [
        ("leak", lambda house: measure(house, "water_leak")),
        ("stale_air", lambda house: measure(house, "co2", 1_800.0, after_min=11)),
        ("call_staff", lambda house: measure(house, "call")),
        ("call_staff", press),
    ],
)
def test_what_a_sensor_or_button_says_is_told_with_its_zone_and_who_has_booked_there_now(house, kind, happen):
    happen(house)

    alert = one_alert(house)

    assert alert["kind"] == kind
    assert HALL in alert["links"]
    assert booked(alert) == THE_BOOKING


def test_a_forced_door_is_told_with_its_zone_its_space_and_the_booking_whose_key_opens_it(house):
    force(house, "door-1", 1)

    alert = one_alert(house)

    assert alert["kind"] == "forced"
    assert HALL in alert["links"]
    named = {one["what"]: one["name"] for one in alert["links"]}
    assert (named["space"], named["lock"]) == (ROOM, {"zh-CN": "场地 room的门", "en": "The door of Space room"})
    assert booked(alert) == THE_BOOKING


def test_a_forced_locker_is_told_with_its_zone_its_bank_its_number_and_whose_it_is(house):
    force(house, "bank-a", 1)

    alert = one_alert(house)

    assert HALL in alert["links"]
    named = {one["what"]: one["name"] for one in alert["links"]}
    assert (named["bank"], named["lock"]) == ({"zh-CN": "大厅", "en": "Lobby"}, BOX)
    assert booked(alert) == [("rental", BOX, "2026-11-22T04:00:00Z", "10002")]
    assert alert["touches"][0]["until"] == "2026-11-23T04:00:00Z"


def test_a_call_at_a_kiosk_is_told_with_the_kiosk_its_bank_and_its_zone(house):
    call_at_kiosk(house)

    alert = one_alert(house)

    assert {one["what"]: one["name"]["en"] for one in alert["links"]} == {
        "kiosk": "大厅机",
        "bank": "Lobby",
        "zone": "Music rooms",
    }


def test_a_technician_learns_of_a_booking_and_not_whose_it_is_and_of_a_rental_whose(house):
    measure(house, "water_leak")

    [touched] = one_alert(house, "s003")["touches"]

    assert (touched["by"], touched["name"], touched["from"]) == ("booking", ROOM, "2026-11-22T06:00:00Z")
    assert (touched["member_no"], touched["member_name"]) == (None, None)
    assert booked(one_alert(house, "s001")) == THE_BOOKING


def test_who_had_booked_when_it_happened_stays_and_whoever_comes_next_is_not_taken_for_them(house):
    measure(house, "water_leak")
    house.clock.advance(hours=1)

    assert booked(one_alert(house)) == THE_BOOKING


def test_every_alert_of_a_zone_is_found_by_it_and_of_a_locker_by_its_lock(house):
    measure(house, "water_leak")
    force(house, "bank-a", 1)
    call_at_kiosk(house)
    with house.centre.sessions.read() as session:
        lock_id = lock_of(session, "01")
    desk = house.signed_in("s002")

    assert len(desk.get("/staff/alerts?about=music").json()["items"]) == 3
    assert [one["kind"] for one in desk.get(f"/staff/alerts?about={lock_id}").json()["items"]] == ["forced"]
