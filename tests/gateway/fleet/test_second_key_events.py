"""A cabinet's own inputs as the gateway hears of them: how they stand, what opened by their rule, and who is told."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from gateway.alerts import queries as alerts
from gateway.faults import queries as fault_queries
from gateway.faults import service as faults
from gateway.fleet import service as fleet
from gateway.fleet.model import Device, DoorLevel, SecondKey
from gateway.fleet.rules import Report
from gateway.kit.audit import AuditEntry
from gateway.lockers import history
from gateway.lockers import service as lockers
from gateway.unlocking import service as unlocking
from tests.centre_builder import NOON, a_bank, a_member, lock_of


@pytest.fixture
def session(sessions):
    with sessions.begin() as session:
        a_bank(session)
        fleet.take_up_log(session, session.get_one(Device, "bank-a"), oldest_seq=1, now=NOON)
        yield session


def tell(session, kind, *, reason=None, door=None):
    """As the bank reports it."""
    device = session.get_one(Device, "bank-a")
    report = Report(
        device_id="bank-a",
        seq=device.last_seq + 1,
        hash=f"{device.last_seq + 1:064}",
        prev_hash=device.last_hash,
        boot_id="0" * 16,
        kind=kind,
        mono_ms=0,
        door=door,
        reason=reason,
        age_ms=0,
    )
    event = fleet.record_event(session, report, now=NOON).event
    unlocking.take_event(session, event, now=NOON)
    faults.note_events(session, [event], now=NOON)
    return device


def acts(session):
    entries = session.scalars(select(AuditEntry).where(AuditEntry.actor == "device:bank-a").order_by(AuditEntry.seq))
    return [entry.act for entry in entries]


def standing(session):
    kinds = ("key_switch_on", "fire_contact_on", "second_key_fault")
    found = {kind: alerts.standing(session, kind=kind, thing="bank-a") for kind in kinds}
    return [kind for kind, alert in found.items() if alert is not None and alert.over_at is None]


@pytest.mark.parametrize("key", ["key_switch", "fire_contact"])
@pytest.mark.parametrize(
    ("kind", "stands"), [("key_on", SecondKey.ON), ("key_off", SecondKey.OFF), ("key_fault", SecondKey.FAULT)]
)
def test_how_a_key_stands_is_what_its_device_said_last(session, key, kind, stands):
    tell(session, "key_on", reason=key)
    device = tell(session, kind, reason=key)

    assert getattr(device, key) is stands


def test_a_start_forgets_how_the_keys_stood_until_the_device_says_so(session):
    tell(session, "key_on", reason="fire_contact")
    tell(session, "key_on", reason="key_switch")

    device = tell(session, "boot")

    assert (device.key_switch, device.fire_contact) == (SecondKey.NONE, SecondKey.NONE)


def test_what_names_no_key_of_ours_changes_nothing(session):
    device = tell(session, "key_on", reason="state")

    assert (device.key_switch, device.fire_contact) == (SecondKey.NONE, SecondKey.NONE)
    assert acts(session) == []


def test_a_key_that_is_turned_stands_in_the_trail_and_one_that_is_off_at_a_start_does_not(session):
    for kind in ("boot", "key_off", "key_on", "key_off", "boot", "key_off", "key_fault"):
        tell(session, kind, reason="key_switch" if kind != "boot" else None)

    assert acts(session) == ["key_switch_on", "key_switch_off", "key_switch_fault"]


def test_staff_are_alerted_while_a_key_is_on_or_its_wires_are_broken(session):
    tell(session, "key_on", reason="fire_contact")
    assert standing(session) == ["fire_contact_on"]
    tell(session, "key_fault", reason="fire_contact")
    assert standing(session) == ["second_key_fault"]
    tell(session, "key_off", reason="fire_contact")
    tell(session, "key_on", reason="key_switch")
    assert standing(session) == ["key_switch_on"]


def test_what_a_bank_opened_by_its_own_rule_is_written_down_once_as_that_and_the_claim_stays(session):
    member = a_member(session)
    until = NOON + timedelta(days=1)
    rental = lockers.rent(session, member=member, now=NOON, until=until, max_days=7, unsettled_locks=frozenset)
    tell(session, "intent", reason="fire_contact", door=1)
    tell(session, "done", reason="fire_contact", door=1)
    tell(session, "emergency", reason="fire_contact", door=1)

    assert acts(session) == ["door_emergency"]
    assert lockers.queries.door_of(session, lock_of(session, "01")) is DoorLevel.OPEN
    assert rental.ended_at is None
    newest = history.history_of(session, member_id=member.id, limit=1)[0]
    assert (newest.entry.act, newest.by) == ("door_emergency", None)


def test_what_a_fire_opened_is_neither_forced_nor_ajar(session):
    tell(session, "key_on", reason="fire_contact")
    tell(session, "emergency", reason="fire_contact", door=1)
    lock_id = lock_of(session, "01")
    faults.look_at_lock(session, lock_id=lock_id, now=NOON + timedelta(hours=1))

    assert fault_queries.by_lock(session)[lock_id] == [alerts.standing(session, kind="fire_contact_on", thing="bank-a")]


def test_a_door_that_nobody_could_see_is_written_down_as_perhaps_open(session):
    tell(session, "possible", reason="fire_contact", door=1)

    assert acts(session) == ["door_possible"]
