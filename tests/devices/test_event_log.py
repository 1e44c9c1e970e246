"""What every event log promises, whatever it is made of."""

from itertools import pairwise

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from devices.ports import DoorMemory, Draft
from devices.runtime.store import SqliteLog
from devices.wire.codec import event_hash
from devices.wire.messages import EventKind, Level
from firmware_sim.memory_log import MemoryLog

BOOT = "0" * 16


def draft(kind=EventKind.DOOR_OPEN, **facts):
    """An event to be kept."""
    return Draft(kind=kind, dev_boot=BOOT, mono_ms=1, **facts)


@pytest.fixture(params=["sqlite", "memory"])
def log(request, tmp_path):
    if request.param == "memory":
        yield MemoryLog()
        return
    log = SqliteLog(tmp_path / "log.db")
    yield log
    log.close()


def test_a_new_log_is_empty(log):
    assert log.last_seq() == 0
    assert log.waiting() == []
    assert log.doors() == {}


def test_events_are_numbered_from_one(log):
    assert [log.append(draft(), {}).seq for _ in range(3)] == [1, 2, 3]
    assert log.last_seq() == 3


def test_an_event_says_what_its_draft_said(log):
    event = log.append(draft(EventKind.REFUSED, door=3, cmd_id="c" * 32, level_before=Level.SHUT, reason="stale"), {})

    assert (event.kind, event.door, event.cmd_id) == (EventKind.REFUSED, 3, "c" * 32)
    assert (event.level_before, event.reason, event.dev_boot, event.mono_ms) == (Level.SHUT, "stale", BOOT, 1)
    assert log.waiting() == [event]


def test_the_first_event_follows_on_nothing_and_each_other_on_the_one_before(log):
    events = [log.append(draft(), {}) for _ in range(4)]

    assert events[0].prev_hash == "0" * 64
    assert all(later.prev_hash == event_hash(earlier) for earlier, later in pairwise(events))


def test_waiting_tells_the_oldest_first_and_no_more_than_asked(log):
    events = [log.append(draft(), {}) for _ in range(40)]

    assert log.waiting(2) == events[:2]
    assert log.waiting() == events[:32]


def test_forget_drops_up_to_and_with_a_number(log):
    events = [log.append(draft(), {}) for _ in range(3)]

    log.forget(2)
    log.forget(1)

    assert log.waiting() == events[2:]


def test_numbers_and_chain_go_on_when_everything_is_forgotten(log):
    last = [log.append(draft(), {}) for _ in range(3)][-1]
    log.forget(last.seq)

    event = log.append(draft(), {})

    assert event.seq == 4
    assert event.prev_hash == event_hash(last)


def test_an_event_is_kept_together_with_the_doors(log):
    log.append(draft(), {1: DoorMemory(level=Level.SHUT, pending="a" * 32), 2: DoorMemory()})

    assert log.doors() == {1: DoorMemory(level=Level.SHUT, pending="a" * 32), 2: DoorMemory()}


def test_the_doors_alone_are_as_last_kept(log):
    log.append(draft(), {1: DoorMemory(level=Level.SHUT), 2: DoorMemory()})

    log.remember({1: DoorMemory(level=Level.OPEN)})

    assert log.doors() == {1: DoorMemory(level=Level.OPEN)}
    assert log.last_seq() == 1


def test_what_was_handed_in_may_change_afterwards(log):
    doors = {1: DoorMemory(level=Level.SHUT)}
    log.remember(doors)

    doors[1] = DoorMemory(level=Level.OPEN)
    log.doors().clear()

    assert log.doors() == {1: DoorMemory(level=Level.SHUT)}


class TwoLogs(RuleBasedStateMachine):
    """Whatever is done to both, the one on disk and the one in memory agree; the one on disk is reopened at random."""

    def __init__(self):
        super().__init__()
        self.path = self.make_path()
        self.disk, self.memory = SqliteLog(self.path), MemoryLog()

    @staticmethod
    def make_path():
        raise NotImplementedError

    @rule(kind=st.sampled_from(EventKind), door=st.integers(1, 4), level=st.sampled_from(Level))
    def append(self, kind, door, level):
        doors = {**self.memory.doors(), door: DoorMemory(level=level)}
        assert self.disk.append(draft(kind, door=door), doors) == self.memory.append(draft(kind, door=door), doors)

    @rule(door=st.integers(1, 4), pending=st.none() | st.just("b" * 32))
    def remember(self, door, pending):
        for log in (self.disk, self.memory):
            log.remember({**log.doors(), door: DoorMemory(pending=pending)})

    @rule(back=st.integers(0, 5))
    def forget(self, back):
        for log in (self.disk, self.memory):
            log.forget(max(0, log.last_seq() - back))

    @rule()
    def restart(self):
        self.disk.close()
        self.disk = SqliteLog(self.path)

    @invariant()
    def they_agree(self):
        assert self.disk.last_seq() == self.memory.last_seq()
        assert self.disk.waiting(100) == self.memory.waiting(100)
        assert self.disk.doors() == self.memory.doors()

    def teardown(self):
        self.disk.close()


def test_disk_and_memory_agree_whatever_is_done(tmp_path_factory):
    class Case(TwoLogs):
        @staticmethod
        def make_path():
            return tmp_path_factory.mktemp("log") / "log.db"

    run_state_machine = Case.TestCase.runTest
    Case.TestCase.settings = settings(max_examples=15, stateful_step_count=15, deadline=None)
    run_state_machine(Case.TestCase())
