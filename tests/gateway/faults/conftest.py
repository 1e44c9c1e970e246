"""A bank whose doors report, and the minute that comes round after each."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy import select

from gateway.alerts import queries as alerts
from gateway.alerts.model import Alert
from gateway.faults import queries, service
from gateway.fleet import service as fleet
from gateway.fleet.model import Device
from gateway.fleet.rules import Report
from gateway.kit.db import Sessions
from gateway.kit.ids import new_boot_id
from tests.centre_builder import HandClock, a_bank, lock_of


@dataclass
class Watched:
    """bank-a, doors 1 and 2. Each word of it is stored and judged as the gateway does it."""

    sessions: Sessions
    clock: HandClock
    boot_id: str = "b" * 16
    mono_ms: int = 0
    _commands: count = None

    def says(self, kind, *, door=1, late_s=0.0, **facts):
        """The bank reports something, `late_s` after it happened."""
        with self.sessions.begin() as session:
            device = session.get_one(Device, "bank-a")
            seq = device.last_seq + 1
            report = Report(
                device_id="bank-a",
                seq=seq,
                hash=f"{seq:064}",
                prev_hash=device.last_hash,
                boot_id=self.boot_id,
                kind=kind,
                mono_ms=self.mono_ms,
                door=door,
                age_ms=int(late_s * 1000),
                **facts,
            )
            event = fleet.record_event(session, report, now=self.clock.now()).event
            service.note_events(session, [event], now=self.clock.now())

    def press(self, *, door=1, opens_in_ms=200, shuts=True, level_before="shut"):
        """Somebody asks for a door. `opens_in_ms` None: nothing moves."""
        cmd_id = f"{next(self._commands):032x}"
        self.says("intent", door=door, cmd_id=cmd_id, level_before=level_before)
        self.says("done", door=door, cmd_id=cmd_id)
        if opens_in_ms is not None:
            self.mono_ms += opens_in_ms
            self.says("door_open", door=door, cmd_id=cmd_id)
            if shuts:
                self.says("door_closed", door=door)
        return cmd_id

    def minutes(self, number=1):
        """Time goes by, and the timetable looks at whatever it should, each minute."""
        for _ in range(number):
            self.clock.advance(minutes=1)
            self.look()

    def look(self):
        """What the timetable does each minute."""
        now = self.clock.now()
        with self.sessions.read() as session:
            locks, devices = queries.locks_to_look_at(session, now=now), queries.devices_to_look_at(session)
            with_boards = queries.devices_whose_parts_to_look_at(session)
        for lock_id in locks:
            with self.sessions.begin() as session:
                service.look_at_lock(session, lock_id=lock_id, now=now)
        for device_id in devices:
            with self.sessions.begin() as session:
                service.look_at_device(session, device_id=device_id, now=now)
        for device_id in with_boards:
            with self.sessions.begin() as session:
                service.look_at_parts(session, device_id=device_id, now=now)

    def restart(self):
        """The bank starts anew."""
        self.boot_id, self.mono_ms = new_boot_id(), 0

    def change(self, act, *arguments, **facts):
        """Something happens that no event tells of."""
        with self.sessions.begin() as session:
            return act(session, *arguments, **facts)

    @property
    def now(self):
        """The instant."""
        return self.clock.now()

    def lock_id(self, label="01"):
        with self.sessions.read() as session:
            return lock_of(session, label)

    def alert(self, kind):
        """The one that stands; None when none does."""
        with self.sessions.read() as session:
            found = [one for one in alerts.all_standing(session) if one.kind == kind]
        assert len(found) <= 1
        return found[0] if found else None

    def kinds(self):
        """Of every alert that there ever was."""
        with self.sessions.read() as session:
            return sorted(session.scalars(select(Alert.kind)))


@pytest.fixture
def bank(sessions):
    with sessions.begin() as session:
        a_bank(session)
        fleet.take_up_log(session, session.get_one(Device, "bank-a"), oldest_seq=1, now=HandClock().now())
    watched = Watched(sessions, HandClock())
    watched._commands = count(1)
    watched.clock.advance(minutes=1)
    return watched


MINUTE = timedelta(minutes=1)
