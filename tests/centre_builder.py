"""People, banks and a clock, for tests that need some."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO

from PIL import Image
from sqlalchemy import select, update

from gateway.fleet import service as fleet
from gateway.fleet.model import Device, DoorLevel, Lock, Presence
from gateway.fleet.rules import Presentation, Report
from gateway.kit.ids import new_boot_id
from gateway.lockers import queries as lockers_queries
from gateway.lockers import service as lockers
from gateway.lockers.model import Compartment, Size
from gateway.lockers.service import Box
from gateway.machine import Machine
from gateway.members import groups
from gateway.members import service as members
from gateway.members.model import GroupKind, Language, Role
from gateway.policies import service as policies
from gateway.policies.rules import Rule
from gateway.spaces import service as spaces
from gateway.spaces.model import SpaceKind
from gateway.unlocking import service as unlocking
from gateway.unlocking.model import UnlockState

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)  # in Shanghai
KEY = "A" * 43
FINGERPRINT = "AAAAA-BBBBB-CCCCC-DDDDD"


@dataclass
class HandClock:
    """Time that moves when told to."""

    instant: datetime = NOON
    _started: datetime = field(default=NOON, repr=False)

    def now(self):
        """The instant it was set to."""
        return self.instant

    def monotonic(self):
        """Seconds since NOON."""
        return (self.instant - self._started).total_seconds()

    def host_boot(self):
        """Always the same machine."""
        return "machine"

    def advance(self, **span):
        """Move on, as timedelta counts."""
        self.instant += timedelta(**span)

    def set_back(self, **span):
        """Show an earlier time from now on; seconds are counted on."""
        self.instant -= timedelta(**span)
        self._started -= timedelta(**span)


def a_member(session, member_no="10001", *, role=Role.MEMBER, now=NOON, **more):
    """An account with no usable password."""
    return members.add_member(
        session,
        member_no=member_no,
        name=more.pop("name", "王晓华"),
        role=role,
        password_hash=more.pop("password_hash", "none"),
        language=more.pop("language", Language.ZH_CN),
        now=now,
        **more,
    )


def a_group(session, group_id="east", *members, kind=GroupKind.BRANCH):
    """A group, and who is in it: in no other from now on."""
    group = groups.make_group(
        session, group_id=group_id, kind=kind, name_zh="东区分会", name_en="East branch", actor="test", now=NOON
    )
    for member in members:
        groups.set_groups(session, member=member, group_ids=[group_id], actor="test", now=NOON)
    return group


def a_rule(session, limit, value, *, name=None, **more):
    """A policy rule, named for its limit unless said otherwise."""
    rule = Rule(id=name or f"r.{limit}", limit=limit, value=value, **more)
    policies.put_rule(session, rule=rule, actor="test", now=NOON)
    return rule


def a_device(session, device_id="bank-a", *, kind="locker_bank", doors=2, now=NOON):
    """Approved, online, every door known to be shut."""
    told = Presentation(
        device_id=device_id,
        online=True,
        boot_id=new_boot_id(),
        kind=kind,
        public_key=KEY,
        fingerprint=FINGERPRINT,
        doors=doors,
    )
    fleet.note_presence(session, told, now=now)
    device = fleet.approve(session, device_id=device_id, fingerprint=FINGERPRINT, actor="test", now=now)
    fleet.note_levels(session, device_id=device_id, levels=dict.fromkeys(range(1, doors + 1), DoorLevel.SHUT), now=now)
    return device


def a_bank(session, bank_id="bank-a", *, sizes="SM", accessible=(), now=NOON):
    """A locker bank with a door for each letter of `sizes`, labelled 01, 02 …"""
    device = a_device(session, bank_id, doors=len(sizes), now=now)
    boxes = [
        Box(door=no, label=f"{no:02}", size=Size(size), accessible=no in accessible)
        for no, size in enumerate(sizes, start=1)
    ]
    return lockers.found_bank(
        session, device=device, name_zh="大厅", name_en="Lobby", boxes=boxes, actor="test", now=now
    )


def rental_of(session, member_id):
    """What the member rents now, of several the oldest; None: nothing."""
    return next((rental for rental, _ in lockers_queries.rented_by(session, member_id=member_id)), None)


def compartment_labelled(session, label, bank_id="bank-a"):
    """By what is printed on it."""
    return session.scalars(select(Compartment).where(Compartment.bank_id == bank_id, Compartment.label == label)).one()


def lock_of(session, label, bank_id="bank-a"):
    """The lock of a compartment."""
    return compartment_labelled(session, label, bank_id).lock_id


def set_door(session, label, level, bank_id="bank-a"):
    """As if the contact had said so."""
    session.execute(update(Lock).where(Lock.id == lock_of(session, label, bank_id)).values(level=level))


def sense(session, label, *kinds, now, bank_id="bank-a", cmd_id=None):
    """As if the bank had reported these events of a door (`door_open`, `door_closed` …), one after another."""
    sense_at(session, lock_of(session, label, bank_id), *kinds, now=now, cmd_id=cmd_id)


def sense_at(session, lock_id, *kinds, now, cmd_id=None):
    """The same of any lock, by its id."""
    lock = session.get_one(Lock, lock_id)
    device = session.get_one(Device, lock.device_id)
    if device.last_seq is None:
        fleet.take_up_log(session, device, oldest_seq=1, now=now)
    for kind in kinds:
        report = Report(
            device_id=device.id,
            seq=device.last_seq + 1,
            hash=f"{device.last_seq + 1:064}",
            prev_hash=device.last_hash,
            boot_id=device.boot_id,
            kind=kind,
            mono_ms=0,
            door=lock.door,
            cmd_id=cmd_id,
            age_ms=0,
        )
        unlocking.take_event(session, fleet.record_event(session, report, now=now).event, now=now)


def open_and_shut(session, member, label, *, now, bank_id="bank-a"):
    """A member asks for a door, and gateway and bank bring it to its end: it was sensed open, and shut again."""
    lock_id = lock_of(session, label, bank_id)
    unlock = unlocking.request_unlock(session, member=member, lock_id=lock_id, clock=HandClock(now))
    for state in (UnlockState.AUTHORISED, UnlockState.SIGNED):
        unlocking.move(session, unlock, state, now=now)
    sense(session, label, "door_open", "door_closed", now=now, bank_id=bank_id, cmd_id=unlock.id)


def set_presence(session, presence, device_id="bank-a"):
    """As if the device had come or gone; gone, nobody sees its doors."""
    session.execute(update(Device).where(Device.id == device_id).values(presence=presence))
    if presence is not Presence.ONLINE:
        session.execute(update(Lock).where(Lock.device_id == device_id).values(level=DoorLevel.UNKNOWN))


def fail_after(sessions, act):
    """A transaction that does something and then fails with ZeroDivisionError."""
    with sessions.begin() as session:
        act(session)
        raise ZeroDivisionError


def a_space(session, space_id="room", *, kind=SpaceKind.ROOM, **more):
    """Open from 8 to 22 in slots of an hour."""
    usual = {"opens_min": 8 * 60, "closes_min": 22 * 60, "slot_min": 60}
    names = {"name_zh": f"场地 {space_id}", "name_en": f"Space {space_id}"}
    return spaces.make_space(session, space_id=space_id, kind=kind, actor="test", now=NOON, **usual | names | more)


def a_hall(session, **more):
    """One hall = two half courts = four badminton courts."""
    court = {"kind": SpaceKind.COURT}
    a_space(session, "hall", **court, **more)
    for half, courts in (("half-a", ["court-1", "court-2"]), ("half-b", ["court-3", "court-4"])):
        a_space(session, half, parent_id="hall", **court)
        for name in courts:
            a_space(session, name, parent_id=half, **court)


def a_photo(*, size=(64, 48), format="JPEG", colour="red", **more):  # noqa: A002 - Pillow's word
    """The bytes of a picture. `more`: what else is to be written in the file."""
    file = BytesIO()
    Image.new("RGB", size, colour).save(file, format, **more)
    return file.getvalue()


def a_machine(centre, *, is_broker_there=True, are_readings_refused=False):
    """One with nothing wrong, unless said otherwise; its disk and its clock are this machine's."""
    return Machine(
        centre.directory,
        centre.settings,
        is_broker_there=lambda: is_broker_there,
        are_readings_refused=lambda: are_readings_refused,
    )
