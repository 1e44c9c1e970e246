"""The door that devices come in by: whatever arrives is understood, or counted, and never believed unsigned."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from devices.wire import codec
from devices.wire.errors import Fault
from devices.wire.messages import Event, EventKind, Health, Level, Part, Prep, Sreq, State, Sync
from devices.wire.signing import SigningKey
from gateway import wiring
from gateway.alerts import own_rules
from gateway.alerts import service as alerts_service
from gateway.alerts.kinds import Measure
from gateway.alerts.model import Alert
from gateway.bookings import service as bookings
from gateway.bookings.model import Booking
from gateway.bookings.rules import Policy
from gateway.credentials.pepper import Pepper
from gateway.fleet import service as fleet
from gateway.fleet.model import DeadLetter, Device, DeviceEvent, DeviceState, DoorLevel, Lock
from gateway.fleet.rules import Presentation
from gateway.intake import KEY_COUNTS_S, Letter
from gateway.kit.audit import AuditEntry
from gateway.link.memory import MemoryCarriage
from gateway.spaces.rules import Span
from gateway.telemetry.store import Letter as ReadingLetter
from gateway.telemetry.store import Value, now_ms
from gateway.unlocking import service as unlocking
from tests.centre_builder import NOON, HandClock, a_member, a_space
from tests.statements import heard

GATEWAY = SigningKey.generate()
DEVICE = SigningKey.generate()
BASE = "hearth/1/demo/bank-a"
BOOT = "b" * 16
POLICY = Policy(
    zone=ZoneInfo("Asia/Shanghai"), days_ahead=14, max_minutes=120, most_ahead=2, key_early_min=10, no_show_after_min=15
)


class Ear(MemoryCarriage):
    """Hears what the gateway says."""

    def commands(self):
        """What devices were told."""
        return [
            codec.decode_command(said.payload, topic=said.topic, key=GATEWAY.public())
            for said in self.said
            if said.topic.endswith("/cmd")
        ]


@pytest.fixture
def said():
    return Ear()


@pytest.fixture
def gateway(sessions, said):
    """Assembled as in production, over memory instead of a broker; bank-a is approved."""
    with sessions.begin() as session:
        key = DEVICE.public()
        told = Presentation(
            device_id="bank-a",
            online=True,
            boot_id=BOOT,
            public_key=key.text(),
            fingerprint=key.fingerprint(),
            doors=2,
        )
        fleet.note_presence(session, told, now=NOON)
        device = fleet.approve(session, device_id="bank-a", fingerprint=key.fingerprint(), actor="staff", now=NOON)
        fleet.take_up_log(session, device, oldest_seq=1, now=NOON)
    return wiring.assemble(
        site="demo", sessions=sessions, clock=HandClock(), key=GATEWAY, carriage=said, pepper=Pepper.generate
    )


def an_event(seq=1, kind=EventKind.BOOT, **facts):
    return Event(seq=seq, dev_boot=BOOT, kind=kind, mono_ms=5, prev_hash=facts.pop("prev_hash", "0" * 64), **facts)


def tell(gateway, event, *, key=DEVICE, topic=f"{BASE}/evt", retained=False):
    gateway.intake.receive([Letter(topic, codec.encode_event(event, age_ms=0, topic=topic, key=key), retained)])


def faults(sessions):
    with sessions.read() as session:
        return {letter.fault: letter.count for letter in session.scalars(select(DeadLetter))}


def count(sessions, table):
    with sessions.read() as session:
        return session.scalar(select(func.count()).select_from(table))


def test_an_event_is_acknowledged_once_it_is_committed(gateway, sessions, said):
    tell(gateway, an_event())
    assert count(sessions, DeviceEvent) == 1
    assert [(command.seq) for command in said.commands()] == [1]


def test_an_event_that_cannot_be_committed_is_not_acknowledged(gateway, sessions, said, monkeypatch):
    monkeypatch.setattr(fleet, "record_event", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        tell(gateway, an_event())
    assert said.commands() == []


def test_an_event_told_again_is_acknowledged_again_and_kept_once(gateway, sessions, said):
    tell(gateway, an_event())
    tell(gateway, an_event())
    assert count(sessions, DeviceEvent) == 1
    assert len(said.commands()) == 2


def test_a_forced_door_is_in_the_audit_trail(gateway, sessions):
    tell(gateway, an_event(kind=EventKind.FORCED, door=2))
    with sessions.read() as session:
        entry = session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc())).first()
        assert (entry.act, entry.actor) == ("door_forced", "device:bank-a")
        assert session.scalars(select(Lock).where(Lock.door == 2)).one().level is DoorLevel.OPEN


def alerts(sessions):
    with sessions.read() as session:
        return {alert.kind: alert.count for alert in session.scalars(select(Alert))}


def test_a_forced_door_is_an_alert_once_however_often_its_event_is_told(gateway, sessions):
    forced = an_event(kind=EventKind.FORCED, door=2)
    for _ in range(3):
        tell(gateway, forced)
    assert alerts(sessions) == {"forced": 1}


def test_an_alert_stands_and_falls_with_the_event_that_caused_it(sessions, said, gateway):
    def die(step):
        if step == "event.before_commit":
            raise ZeroDivisionError

    dying = wiring.assemble(
        site="demo",
        sessions=sessions,
        clock=HandClock(),
        key=GATEWAY,
        carriage=said,
        pepper=Pepper.generate,
        reached=die,
    )
    with pytest.raises(ZeroDivisionError):
        tell(dying, an_event(kind=EventKind.FORCED, door=2))
    assert (alerts(sessions), count(sessions, DeviceEvent)) == ({}, 0)

    tell(gateway, an_event(kind=EventKind.FORCED, door=2))  # sent again: it was never acknowledged
    assert (alerts(sessions), count(sessions, DeviceEvent)) == ({"forced": 1}, 1)


def test_a_gateway_that_dies_after_the_commit_does_not_raise_the_alert_again(sessions, said, gateway):
    def die(step):
        if step == "event.committed":
            raise ZeroDivisionError

    dying = wiring.assemble(
        site="demo",
        sessions=sessions,
        clock=HandClock(),
        key=GATEWAY,
        carriage=said,
        pepper=Pepper.generate,
        reached=die,
    )
    with pytest.raises(ZeroDivisionError):
        tell(dying, an_event(kind=EventKind.FORCED, door=2))
    tell(gateway, an_event(kind=EventKind.FORCED, door=2))
    assert alerts(sessions) == {"forced": 1}


def test_a_device_whose_board_was_lost_or_found_is_asked_how_its_doors_stand(gateway, sessions, said):
    def tell_of_board(health):
        parts = [Part(name="usb0#1", health=health, doors=[(1, 2)])]
        state = State(online=True, boot_id=BOOT, key=DEVICE.public().text(), parts=parts)
        said.said.clear()
        gateway.intake.clock.advance(seconds=2)
        gateway.intake.receive([Letter(f"{BASE}/state", codec.encode_state(state), retained=True)])
        return [type(command) for command in said.commands()]

    assert tell_of_board(Health.LOST) == [Sreq]
    assert tell_of_board(Health.LOST) == []
    assert tell_of_board(Health.OK) == [Sreq]


def test_staff_are_told_of_a_log_that_went_back(gateway, sessions):
    tell(gateway, an_event(1))
    for _ in range(2):
        tell(gateway, an_event(1, kind=EventKind.TAMPER))
    assert alerts(sessions) == {"log_went_back": 1}


def test_a_log_that_went_back_is_not_acknowledged(gateway, sessions, said):
    tell(gateway, an_event(1))
    said.said.clear()
    tell(gateway, an_event(1, kind=EventKind.TAMPER))
    assert said.commands() == []
    with sessions.read() as session:
        assert session.get_one(Device, "bank-a").state is DeviceState.SUSPENDED


def test_an_unknown_device_can_change_nothing(gateway, sessions, said):
    thief = SigningKey.generate()
    topic = "hearth/1/demo/thief/evt"
    tell(gateway, an_event(kind=EventKind.DOOR_OPEN, door=1), key=thief, topic=topic)
    assert faults(sessions) == {"stranger": 1}
    assert count(sessions, DeviceEvent) == 0
    assert said.commands() == []


def test_a_bank_whose_door_in_the_middle_is_out_of_use_has_as_many_locks_as_its_highest_number(gateway, sessions):
    newcomer = SigningKey.generate().public()
    doors = {"1": Level.SHUT, "2": Level.SHUT, "4": Level.SHUT}
    state = State(online=True, boot_id=BOOT, kind="locker_bank", key=newcomer.text(), doors=doors)
    gateway.intake.receive([Letter("hearth/1/demo/new/state", codec.encode_state(state), True)])

    with sessions.read() as session:
        assert session.get_one(Device, "new").doors == 4


def test_a_device_that_waits_for_approval_can_change_nothing(gateway, sessions):
    newcomer = SigningKey.generate()
    state = State(online=True, boot_id=BOOT, kind="locker_bank", key=newcomer.public().text(), doors={"1": Level.OPEN})
    gateway.intake.receive([Letter("hearth/1/demo/new/state", codec.encode_state(state), True)])
    tell(gateway, an_event(), key=newcomer, topic="hearth/1/demo/new/evt")
    assert faults(sessions) == {"stranger": 1}
    assert count(sessions, DeviceEvent) == 0


def test_an_event_signed_by_another_device_is_not_believed(gateway, sessions):
    tell(gateway, an_event(), key=SigningKey.generate())
    assert faults(sessions) == {"signature": 1}


def test_once_another_box_was_put_in_its_place_the_old_one_is_not_believed(gateway, sessions):
    tell(gateway, an_event(seq=1))
    new = SigningKey.generate()
    key = new.public()
    told = Presentation(
        device_id="bank-a", online=True, boot_id="c" * 16, doors=2, public_key=key.text(), fingerprint=key.fingerprint()
    )
    with sessions.begin() as session:
        fleet.suspend(session, device_id="bank-a", reason="card", actor="staff", now=NOON)
        fleet.note_presence(session, told, now=NOON)
        device = fleet.approve(session, device_id="bank-a", fingerprint=told.fingerprint, actor="staff", now=NOON)
        fleet.take_up_log(session, device, oldest_seq=1, now=NOON)
    gateway.intake.clock.advance(seconds=KEY_COUNTS_S)

    tell(gateway, an_event(seq=1))
    assert faults(sessions) == {Fault.SIGNATURE: 1}
    tell(gateway, an_event(seq=1), key=new)
    assert faults(sessions) == {Fault.SIGNATURE: 1}
    assert count(sessions, DeviceEvent) == 2


def test_an_event_of_another_device_moved_here_is_not_believed(gateway, sessions):
    payload = codec.encode_event(an_event(), age_ms=0, topic="hearth/1/demo/bank-b/evt", key=DEVICE)
    gateway.intake.receive([Letter(f"{BASE}/evt", payload, False)])
    assert faults(sessions) == {"audience": 1}


def test_a_retained_event_is_history_not_an_event(gateway, sessions):
    tell(gateway, an_event(), retained=True)
    assert faults(sessions) == {"retained": 1}
    assert count(sessions, DeviceEvent) == 0


@pytest.mark.parametrize(
    "topic", ["hearth/1/other/bank-a/evt", "hearth/1/demo/bank-a/cmd", "nonsense", "hearth/1/demo/bank-a"]
)
def test_what_is_no_device_of_ours_to_write_is_counted(gateway, sessions, topic):
    command = codec.encode_command(Prep(cmd_id="a" * 32, door=1, gw_boot=BOOT), topic=topic, key=DEVICE)
    gateway.intake.receive([Letter(topic, command, False)])
    assert faults(sessions) == {"topic": 1}


def test_a_state_that_was_cleared_says_nothing_and_is_no_fault(gateway, sessions):
    gateway.intake.receive([Letter(f"{BASE}/state", b"", retained=True)])
    assert faults(sessions) == {}


def test_a_state_with_a_key_that_is_none_is_counted(gateway, sessions):
    state = State(online=True, boot_id=BOOT, key="not a key")
    gateway.intake.receive([Letter("hearth/1/demo/new/state", codec.encode_state(state), True)])
    assert faults(sessions) == {"malformed": 1}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
@given(
    topic=st.sampled_from([f"{BASE}/{channel}" for channel in ("evt", "chal", "state", "cmd")]) | st.text(max_size=40),
    payload=st.binary(max_size=300),
    retained=st.booleans(),
)
def test_no_bytes_at_all_raise_or_change_a_device(gateway, sessions, topic, payload, retained):
    gateway.intake.receive([Letter(topic, payload, retained)])
    assert count(sessions, DeviceEvent) == 0
    with sessions.read() as session:
        assert session.get_one(Device, "bank-a").state is DeviceState.APPROVED


NO_DOORS = ["9" * 1000, str(2**63), str(2**31), "2000000000", "513", "-1", "0", "01", "1 ", "٣", "door", ""]


@pytest.mark.parametrize("name", NO_DOORS)
@pytest.mark.parametrize("device", ["bank-a", "stranger"])
def test_a_state_of_a_door_that_cannot_be_is_counted_and_changes_nothing(gateway, sessions, device, name):
    """An act that fails is never acknowledged: of some hundreds of those the broker would hold back all that follows.

    And a number that a database bears would be as many doors, once somebody approves it.
    """
    key = DEVICE if device == "bank-a" else SigningKey.generate()
    state = State(online=True, boot_id="c" * 16, key=key.public().text(), doors={"1": Level.SHUT, name: Level.OPEN})
    gateway.intake.receive([Letter(f"hearth/1/demo/{device}/state", codec.encode_state(state), True)])

    assert faults(sessions) == {"malformed": 1}
    with sessions.read() as session:
        assert session.get_one(Device, "bank-a").doors == 2
        assert session.get(Device, "stranger") is None


def test_a_bank_may_have_all_the_doors_that_the_wire_counts(gateway, sessions):
    key = SigningKey.generate().public().text()
    state = State(online=True, boot_id=BOOT, key=key, doors={str(no): Level.SHUT for no in (9, 10, 99, 100, 499, 512)})
    gateway.intake.receive([Letter("hearth/1/demo/large/state", codec.encode_state(state), True)])

    with sessions.read() as session:
        assert session.get_one(Device, "large").doors == 512


@pytest.mark.parametrize("name", NO_DOORS)
def test_an_answer_about_a_door_that_cannot_be_settles_nothing(gateway, sessions, said, name):
    gateway.engine.meet("bank-a")
    question = next(command for command in reversed(said.commands()) if isinstance(command, Sreq))
    told = {"2": Level.OPEN, name: Level.OPEN}
    sync = Sync(q=question.q, dev_boot=BOOT, last_seq=0, oldest_seq=1, live=[], dangling=[], doors=told)
    topic = f"{BASE}/chal"
    gateway.intake.receive([Letter(topic, codec.encode_answer(sync, topic=topic, key=DEVICE), False)])

    assert faults(sessions) == {"malformed": 1}
    with sessions.read() as session:
        assert set(session.scalars(select(Lock.level))) == {DoorLevel.UNKNOWN}


@pytest.mark.parametrize("age_ms", [2**53 - 1, 86_400_000 * 366 * 2100])
def test_an_event_as_old_as_the_hills_is_kept_and_nobody_knows_when_it_was(gateway, sessions, said, age_ms):
    topic, event = f"{BASE}/evt", an_event()
    payload = codec.encode_event(event, age_ms=age_ms, topic=topic, key=DEVICE)
    gateway.intake.receive([Letter(topic, payload, False)])

    with sessions.read() as session:
        assert session.scalars(select(DeviceEvent)).one().observed_at is None
    assert [command.seq for command in said.commands()] == [1]


def test_the_largest_numbers_that_the_wire_allows_are_kept(gateway, sessions):
    tell(gateway, Event(seq=1, dev_boot=BOOT, kind=EventKind.BOOT, mono_ms=2**53 - 1, door=512, prev_hash="0" * 64))

    with sessions.read() as session:
        assert session.scalars(select(DeviceEvent)).one().mono_ms == 2**53 - 1


def answer(gateway, said, *, last_seq, oldest_seq):
    """The bank tells where it stands, quoting the newest question."""
    question = next(command for command in reversed(said.commands()) if isinstance(command, Sreq))
    sync = Sync(q=question.q, dev_boot=BOOT, last_seq=last_seq, oldest_seq=oldest_seq, live=[], dangling=[], doors={})
    topic = f"{BASE}/chal"
    gateway.intake.receive([Letter(topic, codec.encode_answer(sync, topic=topic, key=DEVICE), False)])


def test_events_that_a_bank_has_lost_are_skipped_and_written_down(gateway, sessions, said):
    tell(gateway, an_event(1))
    tell(gateway, an_event(5, prev_hash="e" * 64))
    answer(gateway, said, last_seq=5, oldest_seq=5)
    tell(gateway, an_event(5, prev_hash="e" * 64))
    with sessions.read() as session:
        assert session.get_one(Device, "bank-a").last_seq == 5
        entry = session.scalars(select(AuditEntry).where(AuditEntry.act == "events_lost")).one()
        assert entry.detail == '{"first": 2, "last": 4}'


def test_events_that_are_only_late_are_waited_for(gateway, sessions, said):
    tell(gateway, an_event(1))
    tell(gateway, an_event(3))
    answer(gateway, said, last_seq=3, oldest_seq=2)
    with sessions.read() as session:
        assert session.get_one(Device, "bank-a").last_seq == 1


def test_nothing_that_could_open_a_door_is_ever_kept_by_the_broker(gateway, said):
    gateway.engine.link.prepare("bank-a", cmd_id="c" * 32, door=1)
    gateway.engine.link.open("bank-a", cmd_id="c" * 32, door=1, nonce="d" * 32, boot_id=BOOT)
    assert [(one.qos, one.retain) for one in said.said[-2:]] == [(0, False), (0, False)]


def test_a_door_opened_by_a_booking_checks_it_in(gateway, sessions):
    with sessions.begin() as session:
        lock_id = session.scalars(select(Lock.id).where(Lock.door == 1)).one()
        fleet.note_presence(
            session,
            Presentation(device_id="bank-a", online=True, boot_id=BOOT, public_key=DEVICE.public().text()),
            now=NOON,
        )
        a_space(session, "room", lock_id=lock_id)
        wang = a_member(session)
        span = Span(NOON, NOON + timedelta(hours=1))
        booking = bookings.book(session, member=wang, space_id="room", span=span, policy=POLICY, now=NOON)
        clock = HandClock()
        unlock = unlocking.request_unlock(session, member=wang, lock_id=lock_id, clock=clock)
        assert unlocking.authorise(session, unlock, clock=clock)
        assert unlocking.sign(session, unlock, nonce="n", clock=clock)
    first = an_event(1, EventKind.DONE, door=1, cmd_id=unlock.id)
    tell(gateway, first)
    with sessions.read() as session:
        assert session.get_one(Booking, booking.id).checked_in_at is None  # nobody has seen the door move

    tell(gateway, an_event(2, EventKind.DOOR_OPEN, door=1, cmd_id=unlock.id, prev_hash=codec.event_hash(first)))

    with sessions.read() as session:
        assert session.get_one(Booking, booking.id).checked_in_at == NOON


def a_call(device, sensor="button"):
    return ReadingLetter(device, "0" * 16, 1, 1, now_ms(NOON), [Value(sensor, "call", 1.0)])


def things_told(sessions):
    with sessions.read() as session:
        return set(session.scalars(select(Alert.thing)))


def test_a_call_counts_of_an_approved_device_and_of_a_makers_and_of_nobody_else(gateway, sessions):
    with sessions.begin() as session:
        fleet.note_presence(session, Presentation(device_id="pending", online=True, boot_id=BOOT), now=NOON)
    own = {name: [a_call(name)] for name in ("bank-a", "pending", "unheard")} | {"silent": []}

    assert gateway.intake.judge_readings(own, [a_call("lamp")]) == {"bank-a"}
    assert things_told(sessions) == {"bank-a/button", "lamp/button"}


def test_a_device_suspended_a_moment_ago_can_call_nobody(gateway, sessions):
    gateway.intake.judge_readings({"bank-a": []}, [])
    with sessions.begin() as session:
        session.get_one(Device, "bank-a").state = DeviceState.SUSPENDED

    assert gateway.intake.judge_readings({"bank-a": [a_call("bank-a")]}, []) == set()
    assert things_told(sessions) == set()


def test_a_call_is_judged_by_one_look_more_than_it_takes_to_write_it_down(gateway, sessions):
    gateway.intake.judge_readings({"bank-a": [a_call("bank-a", "earlier")]}, [])
    with heard(sessions) as statements:
        gateway.intake.judge_readings({"bank-a": [a_call("bank-a")]}, [])

    assert [one.text for one in statements if not one.was_ready] == []
    assert len(statements) <= 6  # whether the device counts, and the five of its alert


def warm(device, minute=0):
    return ReadingLetter(
        device, "0" * 16, 1, 1, now_ms(NOON + timedelta(minutes=minute)), [Value("fridge", "temperature", 9.0)]
    )


def test_what_a_centre_has_made_a_rule_of_counts_of_an_approved_device_and_of_a_makers_and_of_nobody_else(
    gateway, sessions
):
    own = {name: [warm(name)] for name in ("bank-a", "unheard")}
    assert gateway.intake.judge_readings(own, [warm("lamp")]) == {"bank-a"}
    with sessions.begin() as session:
        measure = Measure("temperature", falls=False, name_zh="热", name_en="Warm")
        wanted = {"on": True, "raise_at": 8.0, "clear_at": 6.0}
        own_rules.put_rule(session, name="own_warm", wanted=wanted, measure=measure, actor="test", now=NOON)

    assert gateway.intake.judge_readings(own, [warm("lamp")]) == {"bank-a"}
    gateway.intake.judge_readings({"bank-a": [a_call("bank-a")]}, [warm("other")])
    gateway.intake.clock.advance(minutes=5)
    gateway.intake.judge_again()
    assert things_told(sessions) == {"bank-a/fridge", "lamp/fridge", "other/fridge", "bank-a/button"}


def test_a_call_is_told_after_its_commit_and_not_of_one_that_failed(gateway, sessions, said, monkeypatch):
    def seen_elsewhere(topic, payload, **_):
        live.append((topic, things_told(sessions)))
        return True

    live = []
    monkeypatch.setattr(said, "publish", seen_elsewhere)
    monkeypatch.setattr(alerts_service, "_link", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        gateway.intake.judge_readings({"bank-a": [a_call("bank-a")]}, [])
    assert live == []

    monkeypatch.undo()
    monkeypatch.setattr(said, "publish", seen_elsewhere)
    gateway.intake.judge_readings({"bank-a": [a_call("bank-a")]}, [])
    assert live == [("hearth/1/demo/gateway/live/alert", {"bank-a/button"})]
