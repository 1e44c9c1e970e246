"""Devices: strangers wait, approved ones are believed by their signature, and a log that goes back is quarantined."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from gateway.fleet import queries, rules, service
from gateway.fleet.model import DeadLetter, DeviceEvent, DeviceState, DoorLevel, Lock, PartHealth, Presence
from gateway.fleet.rules import Part, Place, Presentation, Report
from gateway.kit.audit import AuditEntry
from gateway.kit.errors import Conflict, NotFound
from tests.centre_builder import FINGERPRINT, KEY, NOON, a_device


def a_report(seq, *, digest=None, previous=None, **facts):
    facts = {"kind": "boot", "boot_id": "b" * 16, "mono_ms": 0} | facts
    return Report(
        device_id="bank-a",
        seq=seq,
        hash=digest or f"{seq:064x}",
        prev_hash=previous or f"{seq - 1:064x}",
        **facts,
    )


def record(sessions, report):
    with sessions.begin() as session:
        return service.record_event(session, report, now=NOON).place


def told(device_id="bank-a", *, online=True, boot="b" * 16, key=KEY):
    return Presentation(
        device_id=device_id, online=online, boot_id=boot, public_key=key, fingerprint=FINGERPRINT, doors=2
    )


@pytest.fixture
def approved(sessions):
    """A bank whose log begins with its first event."""
    with sessions.begin() as session:
        service.take_up_log(session, a_device(session), oldest_seq=1, now=NOON)


def test_a_stranger_waits_for_a_person(sessions):
    with sessions.begin() as session:
        assert not service.note_presence(session, told("new-bank"), now=NOON)
        device = queries.device(session, "new-bank")
        assert device.state is DeviceState.PENDING
        assert queries.pinned_key(session, "new-bank") is None
        assert session.scalars(select(Lock)).all() == []


def test_strangers_cannot_fill_the_disk(sessions):
    with sessions.begin() as session:
        for number in range(rules.MOST_PENDING + 20):
            service.note_presence(session, told(f"stranger-{number}"), now=NOON)
        assert len(queries.devices(session)) == rules.MOST_PENDING


def test_approval_wants_the_fingerprint_on_the_label(sessions):
    with sessions.begin() as session:
        service.note_presence(session, told("new-bank"), now=NOON)
        with pytest.raises(Conflict, match="fingerprint_differs"):
            service.approve(session, device_id="new-bank", fingerprint="ZZZZZ", actor="staff", now=NOON)


def test_approval_makes_a_lock_for_each_door_and_is_written_down(sessions):
    with sessions.begin() as session:
        service.note_presence(session, told("new-bank"), now=NOON)
        service.approve(session, device_id="new-bank", fingerprint=FINGERPRINT.lower(), actor="staff", now=NOON)
        assert [lock.door for lock in session.scalars(select(Lock).order_by(Lock.door))] == [1, 2]
        assert session.scalars(select(AuditEntry.act)).all() == ["device_approved"]


def test_another_key_under_a_known_name_changes_nothing(sessions, approved):
    with sessions.begin() as session:
        service.note_presence(session, told(key="B" * 43, boot="c" * 16), now=NOON)
        device = queries.device(session, "bank-a")
        assert (device.public_key, device.boot_id != "c" * 16) == (KEY, True)


def test_a_box_whose_card_has_died_is_put_in_the_place_of_the_old_one_by_a_person(sessions, approved):
    anew = replace(told(key="B" * 43, boot="c" * 16), fingerprint="FGHJK-FGHJK")

    def approve_it(session, fingerprint):
        return service.approve(session, device_id="bank-a", fingerprint=fingerprint, actor="staff", now=NOON)

    with sessions.begin() as session:
        locks = session.scalars(select(Lock.id)).all()
        service.suspend(session, device_id="bank-a", reason="card", actor="staff", now=NOON)
        service.note_presence(session, anew, now=NOON)
        assert queries.pinned_key(session, "bank-a") is None, "nobody has compared its label yet"
        with pytest.raises(Conflict, match="fingerprint_differs"):
            approve_it(session, FINGERPRINT)

        device = approve_it(session, anew.fingerprint)

        assert queries.pinned_key(session, "bank-a") == "B" * 43
        assert (device.last_seq, session.scalars(select(Lock.id)).all()) == (None, locks)
        service.note_presence(session, told(boot="d" * 16), now=NOON)
        assert queries.pinned_key(session, "bank-a") == "B" * 43, "the old card is another box now"


def test_a_retired_device_is_not_taken_up_under_another_key(sessions, approved):
    with sessions.begin() as session:
        service.retire(session, device_id="bank-a", actor="staff", now=NOON)
        service.note_presence(session, told(key="B" * 43, boot="c" * 16), now=NOON)
        assert queries.device(session, "bank-a").public_key == KEY


def test_a_will_of_an_earlier_start_is_ignored(sessions, approved):
    with sessions.begin() as session:
        service.note_presence(session, told(boot="d" * 16), now=NOON)
        service.note_presence(session, told(online=False, boot="b" * 16), now=NOON)
        assert queries.device(session, "bank-a").presence is Presence.ONLINE


def test_nothing_is_known_of_the_doors_of_a_bank_that_is_gone(sessions, approved):
    with sessions.begin() as session:
        boot = queries.device(session, "bank-a").boot_id
        service.note_presence(session, told(online=False, boot=boot), now=NOON)
        assert set(session.scalars(select(Lock.level))) == {DoorLevel.UNKNOWN}


def test_when_the_broker_is_lost_nobody_is_known_to_be_there(sessions, approved):
    with sessions.begin() as session:
        service.lose_sight(session, now=NOON)
        assert queries.device(session, "bank-a").presence is Presence.UNKNOWN


def test_whoever_stays_silent_after_the_broker_came_back_is_offline(sessions, approved):
    with sessions.begin() as session:
        service.lose_sight(session, now=NOON)
        service.give_up_on_the_unheard(session, since=NOON + timedelta(seconds=1), now=NOON)
        assert queries.device(session, "bank-a").presence is Presence.OFFLINE


def test_what_happens_to_come_first_does_not_begin_a_log(sessions):
    with sessions.begin() as session:
        a_device(session)
    assert record(sessions, a_report(2)) is Place.AFTER_A_GAP
    with sessions.begin() as session:
        assert not service.take_up_log(session, queries.device(session, "bank-a"), oldest_seq=1, now=NOON)
    assert [record(sessions, a_report(seq)) for seq in (1, 2)] == [Place.NEXT] * 2


def test_events_are_kept_in_their_own_order(sessions, approved):
    assert [record(sessions, a_report(seq)) for seq in (1, 2, 3)] == [Place.NEXT] * 3


def test_an_event_told_twice_is_kept_once(sessions, approved):
    record(sessions, a_report(1))
    assert record(sessions, a_report(1)) is Place.DUPLICATE
    with sessions.read() as session:
        assert len(session.scalars(select(DeviceEvent)).all()) == 1


def test_an_event_after_a_gap_is_not_kept(sessions, approved):
    record(sessions, a_report(1))
    assert record(sessions, a_report(3)) is Place.AFTER_A_GAP


@pytest.mark.parametrize(
    "report",
    [a_report(1, digest="f" * 64), a_report(2, previous="f" * 64)],
    ids=["another event under a known number", "a chain that does not join"],
)
def test_a_log_that_went_back_suspends_its_device(sessions, approved, report):
    record(sessions, a_report(1))
    assert record(sessions, report) is Place.WENT_BACK
    with sessions.read() as session:
        device = queries.device(session, "bank-a")
        assert (device.state, device.reason) == (DeviceState.SUSPENDED, "log_went_back")
        assert queries.pinned_key(session, "bank-a") is None


def test_approval_after_a_suspension_starts_the_log_afresh(sessions, approved):
    record(sessions, a_report(1))
    with sessions.begin() as session:
        service.suspend(session, device_id="bank-a", reason="staff", actor="staff", now=NOON)
        device = service.approve(session, device_id="bank-a", fingerprint=FINGERPRINT, actor="staff", now=NOON)
        service.take_up_log(session, device, oldest_seq=1, now=NOON)
    assert record(sessions, a_report(1, digest="f" * 64)) is Place.NEXT


def test_a_retired_device_stays_retired(sessions, approved):
    with sessions.begin() as session:
        service.retire(session, device_id="bank-a", actor="staff", now=NOON)
        with pytest.raises(Conflict, match="device_retired"):
            service.approve(session, device_id="bank-a", fingerprint=FINGERPRINT, actor="staff", now=NOON)


def test_an_unknown_device_is_not_found(sessions):
    with sessions.read() as session, pytest.raises(NotFound):
        queries.device(session, "nobody")


def test_dead_letters_are_counted_and_the_newest_is_kept(sessions):
    with sessions.begin() as session:
        for payload in (b"one", b"two"):
            service.note_dead_letter(
                session, device="bank-a", channel="evt", fault="signature", detail="", payload=payload, now=NOON
            )
        letter = session.scalars(select(DeadLetter)).one()
        assert (letter.count, bytes.fromhex(letter.sample)) == (2, b"two")


def test_dead_letters_of_a_thousand_names_share_a_row_in_the_end(sessions):
    with sessions.begin() as session:
        for number in range(service.MOST_DEAD_LETTERS + 50):
            service.note_dead_letter(
                session, device=f"d-{number}", channel="evt", fault="stranger", detail="", payload=b"", now=NOON
            )
        session.flush()
        assert len(queries.dead_letters(session)) == service.MOST_DEAD_LETTERS + 1
        assert session.get_one(DeadLetter, ("*", "evt", "stranger")).count == 50


@given(
    last_seq=st.none() | st.integers(0, 5),
    seq=st.integers(0, 7),
    joins=st.booleans(),
    stored=st.sampled_from([None, "same", "other"]),
)
def test_only_the_very_next_event_of_an_unbroken_log_is_taken(last_seq, seq, joins, stored):
    report = a_report(seq, digest="same", previous="last" if joins else "broken")
    place = rules.place_of(report, last_seq=last_seq, last_hash="last", stored_hash=stored)
    if place is Place.NEXT:
        assert seq == last_seq + 1
        assert joins
    if place is Place.DUPLICATE:
        assert seq <= last_seq
        assert stored == "same"


LOST, OK = PartHealth.LOST, PartHealth.OK


def says_of_its_boards(sessions, now=NOON, **health):
    """bank-a tells how its boards are; whether that was news."""
    parts = {name: Part(health=one, doors=((1, 2),)) for name, one in health.items()}
    with sessions.begin() as session:
        boot = queries.device(session, "bank-a").boot_id
        return service.note_presence(session, replace(told(boot=boot), parts=parts), now=now)


def boards(sessions):
    with sessions.read() as session:
        return {part.name: (part.health, part.health_at) for part in queries.parts(session, "bank-a")}


def test_what_a_device_says_of_its_boards_is_kept_with_since_when(sessions, approved):
    later = NOON + timedelta(minutes=1)

    assert says_of_its_boards(sessions, a=OK, b=OK)
    assert says_of_its_boards(sessions, now=later, a=OK, b=LOST)
    assert not says_of_its_boards(sessions, now=later + timedelta(minutes=1), a=OK, b=LOST)

    assert boards(sessions) == {"a": (OK, NOON), "b": (LOST, later)}


def test_a_board_that_was_taken_out_is_forgotten(sessions, approved):
    says_of_its_boards(sessions, a=OK, b=OK)
    assert says_of_its_boards(sessions, a=OK)

    assert list(boards(sessions)) == ["a"]


def test_another_box_under_a_known_name_says_nothing_of_its_boards(sessions, approved):
    parts = {"a": Part(health=LOST, doors=((1, 2),))}
    with sessions.begin() as session:
        service.note_presence(session, replace(told(key="B" * 43), parts=parts), now=NOON)

    assert boards(sessions) == {}


def test_what_a_stranger_says_of_its_boards_counts_once_it_is_approved(sessions):
    parts = {"a": Part(health=LOST, doors=((1, 2),))}
    with sessions.begin() as session:
        assert not service.note_presence(session, replace(told(), parts=parts), now=NOON)

    assert boards(sessions) == {"a": (LOST, NOON)}
