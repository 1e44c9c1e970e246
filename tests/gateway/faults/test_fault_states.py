"""What is wrong is seen: once, with a sentence, and no longer once it is right again."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from gateway.access import service as access
from gateway.access.model import GrantSource
from gateway.alerts import own_rules
from gateway.alerts import queries as alert_queries
from gateway.alerts import service as alerts
from gateway.alerts.model import Alert, AlertState, Layer, Where
from gateway.emergencies.model import Emergency, EmergencyKind, EmergencyState
from gateway.faults import queries, service
from gateway.faults.model import Pulse, PulseEnd
from gateway.fleet import service as fleet
from gateway.fleet.model import Device, DoorLevel, PartHealth, Presence
from gateway.fleet.rules import Part, Presentation
from gateway.lockers import service as lockers
from gateway.lockers.model import Bank, Compartment
from gateway.members.model import Role
from gateway.zones import service as zones
from gateway.zones.model import Placed
from tests.centre_builder import KEY, NOON, a_member, a_space


def clear(bank, kind):
    """A person says that it is in order."""
    desk = bank.change(a_member, "s002", role=Role.DESK)
    bank.change(alerts.clear, alert_id=bank.alert(kind).id, actor=desk, now=bank.now)


def facts(alert):
    return json.loads(alert.facts)


# Forced, tampered with, unsure


def test_a_door_that_came_open_by_itself_is_an_alarm_that_says_where_and_whose(bank):
    wang = bank.change(a_member)
    rental = bank.change(
        lockers.rent, member=wang, now=NOON, until=NOON + timedelta(days=1), max_days=7, unsettled_locks=frozenset
    )

    bank.says("forced", late_s=30)

    forced = bank.alert("forced")
    assert (forced.thing, forced.since_at) == (bank.lock_id("01"), bank.now - timedelta(seconds=30))
    assert facts(forced)["place"] == {"zh-CN": "大厅 01 号柜", "en": "Compartment 01 at Lobby"}
    with bank.sessions.read() as session:
        links = {link.what: link.ref for link in alert_queries.links(session, [forced.id])[forced.id]}
    assert links == {"bank": "bank-a", "device": "bank-a", "lock": forced.thing, "rental": rental.id}


def test_it_stays_although_the_door_is_shut_again_until_a_person_clears_it(bank):
    for _ in range(2):
        bank.says("forced")
        bank.says("door_closed")
    bank.minutes(60)

    assert (bank.alert("forced").count, bank.alert("forced").state) == (2, AlertState.OPEN)
    clear(bank, "forced")
    assert bank.alert("forced") is None


def test_a_door_that_was_asked_for_is_no_alert(bank):
    for _ in range(3):
        bank.press()
        bank.minutes()

    assert bank.kinds() == []


@pytest.mark.parametrize(("kind", "raised"), [("tamper", "tamper"), ("possible", "door_unsure")])
def test_what_a_device_says_of_itself_is_raised(bank, kind, raised):
    bank.says(kind, door=None if kind == "tamper" else 1)

    assert bank.alert(raised).thing == ("bank-a" if kind == "tamper" else bank.lock_id())


def test_a_rooms_door_is_called_by_its_room(bank):
    bank.change(fleet.note_presence, Presentation(
        device_id="doors", online=True, boot_id="d" * 16, public_key=KEY, fingerprint="F", doors=1
    ), now=NOON)  # fmt: skip
    bank.change(fleet.approve, device_id="doors", fingerprint="F", actor="test", now=NOON)
    with bank.sessions.begin() as session:
        lock = service.fleet.lock_at(session, "doors", 1)
        assert service.places.of_lock(session, lock, now=NOON).name["en"] == "Door 1 of doors"
        a_space(session, "room", lock_id=lock.id)
        assert service.places.of_lock(session, lock, now=NOON).name["en"] == "The door of Space room"


def test_an_alert_at_a_rooms_door_leads_to_its_zone_and_to_the_booking_that_has_it_now(bank):
    with bank.sessions.begin() as session:
        zones.make_zone(session, zone_id="east", name_zh="东区", name_en="East", actor="test", now=NOON)
        zones.place(session, what=Placed.DEVICE, ref="bank-a", zone_id="east", actor="test", now=NOON)
        lock = service.fleet.lock_at(session, "bank-a", 1)
        session.execute(delete(Compartment).where(Compartment.lock_id == lock.id))
        a_space(session, "room", lock_id=lock.id)
        span = {"from_at": NOON - timedelta(hours=1), "until_at": NOON + timedelta(hours=1)}
        facts = {"lock_id": lock.id, "member_id": a_member(session).id, "source": GrantSource.BOOKING}
        access.give(session, source_id="now", **facts, **span)
        access.give(session, source_id="tomorrow", **facts, from_at=NOON + timedelta(days=1))

    bank.says("forced")

    with bank.sessions.read() as session:
        alert_id = bank.alert("forced").id
        links = {link.what: link.ref for link in alert_queries.links(session, [alert_id])[alert_id]}
    assert (links["zone"], links["space"], links["booking"]) == ("east", "room", "now")


# Ajar


def test_a_door_left_open_is_ajar_after_its_banks_minutes_and_not_before(bank):
    bank.press(shuts=False)
    bank.minutes(4)
    assert bank.alert("ajar") is None

    bank.minutes(1)
    assert bank.alert("ajar").since_at == bank.now - timedelta(minutes=5)
    bank.minutes(30)
    assert bank.alert("ajar").count == 1


def test_each_bank_says_how_long_its_doors_may_stand_open(bank):
    with bank.sessions.begin() as session:
        lockers.set_terms(session, bank=session.get_one(Bank, "bank-a"), ajar_after_min=2, actor="s001", now=NOON)
    bank.press(shuts=False)
    bank.minutes(2)

    assert bank.alert("ajar") is not None


def test_a_door_has_its_own_time_whatever_its_bank_says_and_one_that_is_never_shut_is_switched_off(bank):
    with bank.sessions.begin() as session:
        lockers.set_terms(session, bank=session.get_one(Bank, "bank-a"), ajar_after_min=2, actor="s001", now=NOON)
    for label, wanted in (("01", {"hold": timedelta(minutes=10)}), ("02", {"on": False})):
        where = Where(Layer.THING, bank.lock_id(label))
        bank.change(own_rules.put_rule, name="ajar", where=where, wanted=wanted, actor="s001", now=NOON)
    bank.press(door=1, shuts=False)
    bank.press(door=2, shuts=False)
    bank.minutes(9)
    assert bank.alert("ajar") is None

    bank.minutes(1)
    assert bank.alert("ajar").thing == bank.lock_id("01")


def test_it_is_over_the_moment_the_door_is_shut(bank):
    bank.press(shuts=False)
    bank.minutes(5)
    bank.says("door_closed")

    assert bank.alert("ajar") is None
    assert bank.kinds() == ["ajar"]


def test_a_door_that_nobody_can_see_stays_ajar(bank):
    bank.press(shuts=False)
    bank.minutes(5)
    bank.change(fleet.lose_sight, now=bank.now)
    bank.minutes(5)
    assert bank.alert("ajar").state is AlertState.OPEN

    bank.change(fleet.note_levels, device_id="bank-a", levels={1: DoorLevel.SHUT}, now=bank.now)
    bank.minutes(1)
    assert bank.alert("ajar") is None


def test_a_device_that_comes_and_goes_does_not_make_a_door_look_newly_opened(bank):
    bank.press(shuts=False)
    for _ in range(5):
        bank.minutes()
        bank.change(fleet.lose_sight, now=bank.now)
        bank.change(fleet.note_levels, device_id="bank-a", levels={1: DoorLevel.OPEN}, now=bank.now)
    bank.look()

    assert bank.alert("ajar").since_at == bank.now - timedelta(minutes=5)


def test_doors_that_an_emergency_opened_are_not_ajar(bank):
    with bank.sessions.begin() as session:
        people = [a_member(session, f"s{number}", role=Role.MANAGER).id for number in (1, 2)]
        session.add(
            Emergency(
                id="e", kind=EmergencyKind.EMERGENCY_OPEN, scope="bank-a", bank_id="bank-a", reason="fire",
                state=EmergencyState.ACTIVE, first_id=people[0], second_id=people[1], proposed_at=NOON, begun_at=NOON,
            )
        )  # fmt: skip
    bank.press(shuts=False)
    bank.minutes(10)

    assert bank.alert("ajar") is None


# Jammed


def test_three_pulses_in_a_row_that_move_nothing_are_a_jam(bank):
    for _ in range(3):
        assert bank.alert("jammed") is None
        bank.press(opens_in_ms=None)
        bank.minutes()

    assert facts(bank.alert("jammed"))["times"] == 3


def test_a_pulse_whose_edge_may_still_come_is_not_counted(bank):
    for _ in range(2):
        bank.press(opens_in_ms=None)
        bank.minutes()
    bank.press(opens_in_ms=None)
    for seconds, kinds in ((14, []), (1, ["jammed"])):
        bank.clock.advance(seconds=seconds)
        bank.look()
        bank.change(service.look_at_lock, lock_id=bank.lock_id(), now=bank.now)
        assert bank.kinds() == kinds


def test_a_door_that_opens_now_and_then_is_not_jammed(bank):
    for opens_in_ms in (None, None, 300, None, None):
        bank.press(opens_in_ms=opens_in_ms)
        bank.minutes()

    assert bank.kinds() == []


def test_a_jam_is_over_an_hour_after_the_door_opened_and_a_relapse_before_counts(bank):
    for opens_in_ms in (None, None, None, 300, None, None, None):
        bank.press(opens_in_ms=opens_in_ms)
        bank.minutes()
    assert bank.alert("jammed").count == 2

    bank.press()
    assert bank.alert("jammed").over_at == bank.now


def test_what_was_repaired_begins_anew(bank):
    for _ in range(3):
        bank.press(opens_in_ms=None)
        bank.minutes()
    clear(bank, "jammed")
    bank.press(opens_in_ms=None)
    bank.minutes(5)

    assert bank.alert("jammed") is None


def test_a_jam_is_found_however_late_the_gateway_comes_back(bank):
    for _ in range(3):
        bank.press(opens_in_ms=None)
    bank.clock.advance(days=3)
    bank.look()

    assert bank.alert("jammed") is not None


# The contact


def test_a_contact_that_flaps_is_suspect_and_one_alert_however_long_it_flaps(bank):
    for _ in range(12):
        bank.says("forced")
        bank.says("door_closed")
        bank.clock.advance(seconds=5)

    assert bank.alert("sensor_suspect").count == 1
    assert facts(bank.alert("sensor_suspect"))["why"]["en"] == "the door moved 10 times within a minute"
    assert bank.alert("forced").count == 12


def test_a_contact_that_was_put_right_is_believed_until_it_flaps_anew(bank):
    def flap(times):
        for _ in range(times):
            bank.says("forced")
            bank.says("door_closed")

    flap(6)
    clear(bank, "sensor_suspect")
    bank.clock.advance(seconds=10)
    flap(1)
    assert bank.alert("sensor_suspect") is None

    bank.clock.advance(seconds=60)
    flap(6)
    assert bank.alert("sensor_suspect") is not None


def test_members_who_come_and_go_do_not_make_it_suspect(bank):
    for _ in range(4):
        bank.press()
        bank.press(door=2)
        bank.clock.advance(seconds=15)

    assert bank.kinds() == []


def test_a_contact_that_always_says_open_is_suspect(bank):
    bank.press(shuts=False)
    bank.clock.advance(minutes=1)
    for _ in range(3):
        bank.press(opens_in_ms=None, level_before="open")
        bank.minutes(5)

    assert "sensor_suspect" in bank.kinds()
    clear(bank, "sensor_suspect")


def test_a_member_who_presses_again_before_an_open_door_does_not_make_it_suspect(bank):
    bank.press(shuts=False)
    for _ in range(3):
        bank.press(opens_in_ms=None, level_before="open")
    bank.says("door_closed")
    bank.minutes(30)

    assert bank.kinds() == []


# Slow latches


def open_often(bank, times, ms):
    for _ in range(times):
        bank.press(opens_in_ms=ms)
        bank.clock.advance(minutes=1)


def look_at_latches(bank):
    with bank.sessions.begin() as session:
        for lock_id in queries.locks_with_many_openings(session):
            service.look_at_latch(session, lock_id=lock_id, now=bank.now)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_latch_that_becomes_slow_is_told_before_it_breaks_and_is_over_when_quick_again(bank):
    open_often(bank, 50, 300)
    open_often(bank, 20, 430)
    look_at_latches(bank)
    assert bank.alert("slow_latch") is None

    open_often(bank, 20, 460)
    look_at_latches(bank)
    slow = facts(bank.alert("slow_latch"))
    assert (slow["usual_ms"], slow["now_ms"]) == (300, 460)

    open_often(bank, 20, 400)  # between the two marks
    look_at_latches(bank)
    assert bank.alert("slow_latch").over_at is None

    open_often(bank, 20, 360)
    look_at_latches(bank)
    assert bank.alert("slow_latch") is None


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_after_its_repair_a_latch_has_a_new_beginning(bank):
    open_often(bank, 50, 300)
    open_often(bank, 20, 600)
    look_at_latches(bank)
    clear(bank, "slow_latch")
    look_at_latches(bank)
    assert bank.alert("slow_latch") is None

    open_often(bank, 70, 600)
    look_at_latches(bank)
    assert bank.alert("slow_latch") is None


# Pulses, as they are kept


def pulses(bank):
    with bank.sessions.read() as session:
        return [(pulse.came_to, pulse.open_ms) for pulse in session.scalars(select(Pulse).order_by(Pulse.pulsed_at))]


def test_what_came_of_each_pulse_is_kept_with_its_milliseconds(bank):
    for opens_in_ms in (180, None):
        bank.press(opens_in_ms=opens_in_ms)
        bank.clock.advance(minutes=1)

    assert pulses(bank) == [(PulseEnd.OPENED, 180), (PulseEnd.NOTHING, None)]


def test_milliseconds_are_not_counted_across_a_restart(bank):
    cmd_id = bank.press(opens_in_ms=None)
    bank.restart()
    bank.says("inferred", cmd_id=cmd_id)

    assert pulses(bank) == [(PulseEnd.OPENED, None)]


def test_a_device_says_nothing_of_another_doors_pulse(bank):
    cmd_id = bank.press(opens_in_ms=None)
    bank.says("door_open", door=2, cmd_id=cmd_id)

    assert pulses(bank) == [(PulseEnd.NOTHING, None)]


# Devices


def goes(bank, presence, **boards):
    """The bank comes or goes; `boards`: how each is, the first with door 1, the second with door 2."""
    online = presence is Presence.ONLINE
    parts = {name: Part(health=health, doors=((no, no),)) for no, (name, health) in enumerate(boards.items(), start=1)}
    told = Presentation(
        device_id="bank-a", online=online, boot_id=_boot(bank), public_key=KEY, fingerprint="F", doors=2, parts=parts
    )
    bank.change(fleet.note_presence, told, now=bank.now)


def _boot(bank):
    with bank.sessions.read() as session:
        return session.get_one(Device, "bank-a").boot_id


def test_a_device_that_is_gone_for_two_minutes_is_an_alarm_and_over_a_minute_after_its_return(bank):
    goes(bank, Presence.OFFLINE)
    bank.minutes(1)
    assert bank.alert("device_silent") is None

    bank.minutes(1)
    assert bank.alert("device_silent").since_at == bank.now - timedelta(minutes=2)

    goes(bank, Presence.ONLINE)
    bank.look()
    assert bank.alert("device_silent").over_at == bank.now
    bank.minutes(1)
    assert bank.alert("device_silent") is None


def test_while_the_broker_cannot_be_heard_nobody_says_that_a_device_is_gone(bank):
    bank.change(fleet.lose_sight, now=bank.now)
    bank.minutes(10)
    assert bank.kinds() == []

    bank.change(fleet.give_up_on_the_unheard, since=bank.now, now=bank.now)
    bank.minutes(1)
    assert bank.kinds() == []
    bank.minutes(1)
    assert bank.kinds() == ["device_silent"]


def test_a_device_that_is_gone_is_not_taken_for_found_when_the_broker_is_lost_too(bank):
    goes(bank, Presence.OFFLINE)
    bank.minutes(2)
    bank.change(fleet.lose_sight, now=bank.now)
    bank.minutes(5)

    assert bank.alert("device_silent").over_at is None


@pytest.mark.parametrize("act", [fleet.retire, fleet.suspend])
def test_a_device_that_is_not_to_be_there_is_not_missed(bank, act):
    goes(bank, Presence.OFFLINE)
    bank.minutes(2)
    more = {"reason": "x"} if act is fleet.suspend else {}
    bank.change(act, device_id="bank-a", actor="test", now=bank.now, **more)
    bank.minutes(2)

    assert bank.alert("device_silent") is None


def test_a_bank_that_was_away_before_the_upgrade_is_missed_from_its_last_word_on(bank):
    bank.change(
        lambda session: session.execute(
            update(Device).values(presence=Presence.OFFLINE, presence_at=None, heard_at=NOON)
        )
    )
    bank.minutes(1)

    assert bank.alert("device_silent").since_at == NOON


# Boards


def test_a_board_that_does_not_answer_for_a_minute_is_an_alarm_with_its_doors(bank):
    goes(bank, Presence.ONLINE, usb1=PartHealth.OK, usb2=PartHealth.LOST)
    bank.look()
    assert bank.alert("board_dead") is None

    bank.minutes(1)
    dead = bank.alert("board_dead")
    assert (dead.thing, dead.since_at) == ("bank-a/usb2", bank.now - timedelta(minutes=1))
    assert (facts(dead)["part"]["en"], facts(dead)["doors"]["en"]) == ("lock board usb2", "2")
    with bank.sessions.read() as session:
        assert list(queries.by_lock(session)) == [bank.lock_id("02")]


def test_a_board_is_right_again_after_five_minutes_of_answers_and_flapping_counts(bank):
    for _ in range(2):
        goes(bank, Presence.ONLINE, usb1=PartHealth.LOST)
        bank.minutes(1)
        goes(bank, Presence.ONLINE, usb1=PartHealth.OK)
        bank.minutes(1)
    assert bank.alert("board_dead").count == 2

    bank.minutes(5)
    assert bank.alert("board_dead") is None


def test_a_reader_that_does_not_answer_for_a_minute_is_told_of_without_a_word_of_doors(bank):
    def reader(health):
        parts = {"card": Part(health=health, doors=())}
        told = Presentation(
            device_id="bank-a", online=True, boot_id=_boot(bank), public_key=KEY, fingerprint="F", doors=5, parts=parts
        )
        bank.change(fleet.note_presence, told, now=bank.now)
        bank.minutes(1)

    reader(PartHealth.LOST)
    assert facts(bank.alert("reader_dead"))["part"] == {"zh-CN": "读卡器 card", "en": "reader card"}
    assert bank.kinds() == ["reader_dead"]
    assert "doors" not in facts(bank.alert("reader_dead"))

    reader(PartHealth.OK)
    bank.minutes(6)
    assert bank.alert("reader_dead") is None


def test_a_board_that_was_taken_out_is_no_longer_missed(bank):
    goes(bank, Presence.ONLINE, usb1=PartHealth.LOST)
    bank.minutes(1)
    goes(bank, Presence.ONLINE)
    bank.minutes(6)

    assert bank.alert("board_dead") is None


def test_of_a_device_that_is_gone_nobody_knows_the_boards(bank):
    goes(bank, Presence.ONLINE, usb1=PartHealth.LOST)
    bank.minutes(1)
    goes(bank, Presence.OFFLINE)
    bank.minutes(10)

    assert bank.alert("board_dead").over_at is None


def test_a_board_that_was_lost_with_its_device_is_no_alarm_of_its_own(bank):
    goes(bank, Presence.ONLINE, usb1=PartHealth.LOST)
    goes(bank, Presence.OFFLINE)
    bank.minutes(5)
    bank.change(service.look_at_parts, device_id="bank-a", now=bank.now)

    assert bank.kinds() == ["device_silent"]


# Each lock


def test_a_lock_shows_what_stands_against_it_and_its_device(bank):
    bank.says("forced")
    bank.says("tamper", door=None)

    with bank.sessions.read() as session:
        found = {lock_id: [alert.kind for alert in wrong] for lock_id, wrong in queries.by_lock(session).items()}

    assert found == {bank.lock_id("01"): ["forced", "tamper"], bank.lock_id("02"): ["tamper"]}


def test_a_lock_that_is_in_order_shows_nothing(bank):
    bank.press()
    bank.press(door=2, shuts=False)
    bank.says("forced")

    with bank.sessions.read() as session:
        assert list(queries.by_lock(session)) == [bank.lock_id("01")]


def test_looking_twice_changes_nothing(bank):
    for _ in range(3):
        bank.press(opens_in_ms=None)
    bank.press(door=2, shuts=False)
    bank.minutes(5)

    def stand():
        with bank.sessions.read() as session:
            return [(one.kind, one.count, one.last_at) for one in session.scalars(select(Alert).order_by(Alert.kind))]

    before = stand()
    for _ in range(3):
        bank.look()
    assert [kind for kind, *_ in before] == ["ajar", "jammed"]
    assert stand() == before


def test_a_dead_board_is_told_of_with_the_doors_that_hang_on_it_and_no_other(bank):
    """Its lowest and highest say nothing of those in between: they may hang on another board."""
    parts = {
        "usb1": Part(health=PartHealth.LOST, doors=((1, 1), (3, 5))),
        "usb2": Part(health=PartHealth.OK, doors=((2, 2),)),
    }
    told = Presentation(
        device_id="bank-a", online=True, boot_id=_boot(bank), public_key=KEY, fingerprint="F", doors=5, parts=parts
    )
    bank.change(fleet.note_presence, told, now=bank.now)
    bank.minutes(1)

    assert facts(bank.alert("board_dead"))["doors"] == {"zh-CN": "1、3–5", "en": "1, 3–5"}
    with bank.sessions.read() as session:
        assert list(queries.by_lock(session)) == [bank.lock_id("01")]
