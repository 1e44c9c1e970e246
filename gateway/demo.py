"""The demo centre: invented people and a pretended building's devices. Running it again changes nothing."""

import json
import os
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from devices.wire.signing import PublicKey, SigningKey
from gateway import broker
from gateway.bookings import booked_lockers
from gateway.centre import Centre, open_centre
from gateway.files import write_private
from gateway.fleet import queries as fleet_queries
from gateway.fleet import service as fleet
from gateway.fleet.model import Device
from gateway.fleet.rules import Presentation
from gateway.kit.ids import new_boot_id
from gateway.lockers import assignments
from gateway.lockers import queries as lockers_queries
from gateway.lockers import service as lockers
from gateway.lockers.model import Bank, Compartment, Mode, Size
from gateway.lockers.service import Box
from gateway.members import queries as members_queries
from gateway.members import service as members
from gateway.members.model import Role
from gateway.members.passwords import Hasher
from gateway.settings import Settings
from gateway.spaces import service as spaces
from gateway.spaces.model import Space, SpaceKind
from gateway.zones import queries as zones_queries
from gateway.zones import service as zones
from gateway.zones.model import Placed, Zone

FOLDER: Final = "demo"

_MEMBERS: Final = 200
_STAFF: Final = {"s001": Role.MANAGER, "s002": Role.DESK, "s003": Role.TECHNICIAN}
_STAFF_NAMES: Final = {"s001": "林馆长", "s002": "何前台", "s003": "罗师傅"}

# Invented: a family name and two syllables, in an order that gives two hundred different ones.
_FAMILY: Final = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
_FIRST: Final = "晓建志文秀国丽海玉春明桂思雨嘉"
_SECOND: Final = "华平英伟芳军敏强兰涛霞宁"

_WORDS: Final = """
    amber apple apron atlas autumn bamboo barley basil beacon berry birch bridge brook candle canvas canyon cedar
    cherry cinder clover cobalt comet copper coral cotton cricket crystal daisy dawn delta desert dove drum ember
    fable falcon fern fiddle field finch flint forest fountain garden garnet ginger glacier grape harbor harvest hazel
    heron hollow honey indigo iris island ivory jasmine juniper kettle kite lagoon lantern laurel lemon lilac linen
    lotus maple marble meadow melon mint mirror moss needle nectar oasis olive onyx orchard otter paper pearl pebble
    pepper pine planet plum pocket pond poplar prairie quartz quill rabbit raven reed ribbon river robin rocket saddle
    sage sail sandal shell silver sparrow spruce summit sunset swallow tango teapot thistle thunder tiger timber tulip
    valley velvet violet walnut willow window wool yarrow zephyr
""".split()  # noqa: SIM905 - words read better as words


@dataclass(frozen=True)
class DemoBank:
    """A locker bank of the demo building."""

    device: str
    name_zh: str
    name_en: str
    sizes: str  # one letter a door
    accessible: frozenset[int]  # doors within reach of a wheelchair
    mode: Mode = Mode.FREE_CHOICE
    zone: str = "hall"
    assigned: Mapping[int, Sequence[str]] = field(default_factory=dict)  # fixed doors, and whose they are
    bookable: frozenset[int] = frozenset()  # doors that are booked ahead
    board: str | None = None  # the family of the lock board that its doors hang on; None: on pins


BANKS: Final = (
    DemoBank("bank-a", "大厅储物柜", "Lobby lockers", "SSSSSSMMSSSSSSMMMMMMLLLL", frozenset({7, 8, 15, 16, 21})),
    DemoBank(
        "bank-b",
        "更衣室储物柜",
        "Changing room lockers",
        "SSSSMMMMMMLL",
        frozenset({5, 6, 11}),
        mode=Mode.TIME_LIMITED,  # two hours, four at most
        zone="pool",
        bookable=frozenset({8, 9, 10, 12}),
    ),
    DemoBank(
        "bank-c",
        "活动室长期柜",
        "Club room lockers",
        "MMMMMMLL",
        frozenset({5, 6}),
        mode=Mode.KEPT_UNTIL_RELEASED,
        zone="first-floor",
        assigned={7: ("10020",), 8: ("10021", "10022", "10023")},  # the trainer's, and a team's
        board="8a",
    ),
)


@dataclass(frozen=True)
class DemoSpace:
    """Something of the demo building that can be booked. `door`: of the device `doors`; None: that of `part_of`."""

    id: str
    kind: SpaceKind
    name_zh: str
    name_en: str
    door: int | None = None
    part_of: str | None = None
    slot_min: int = 60
    buffer_min: int = 0
    capacity: int | None = None


DOORS: Final = "doors"  # one device for the doors of the rooms
SPACES: Final = (
    DemoSpace("hall", SpaceKind.COURT, "篮球馆", "Sports hall", door=1, capacity=20),
    DemoSpace("half-a", SpaceKind.COURT, "半场 A", "Half court A", part_of="hall", capacity=10),
    DemoSpace("half-b", SpaceKind.COURT, "半场 B", "Half court B", part_of="hall", capacity=10),
    DemoSpace("court-1", SpaceKind.COURT, "羽毛球场 1", "Badminton court 1", part_of="half-a", capacity=4),
    DemoSpace("court-2", SpaceKind.COURT, "羽毛球场 2", "Badminton court 2", part_of="half-a", capacity=4),
    DemoSpace("court-3", SpaceKind.COURT, "羽毛球场 3", "Badminton court 3", part_of="half-b", capacity=4),
    DemoSpace("court-4", SpaceKind.COURT, "羽毛球场 4", "Badminton court 4", part_of="half-b", capacity=4),
    DemoSpace("piano-room", SpaceKind.ROOM, "琴房", "Piano room", door=2, slot_min=30, capacity=2),
    DemoSpace("meeting-room", SpaceKind.ROOM, "会议室", "Meeting room", door=3, slot_min=30, buffer_min=10, capacity=8),
)


@dataclass(frozen=True)
class DemoZone:
    """A part of the demo building. `sensors`: those of the facility node that hang there; `door`: its counter."""

    id: str
    name_zh: str
    name_en: str
    capacity: int
    door: str
    sensors: tuple[str, ...] = ()


NODE: Final = "hall-node"  # a facility node, in the first of these; from there one goes on into the others
VENTILATOR: Final = "ventilator"  # its meter
NODE_FILE: Final = "facility.toml"
READER: Final = "kiosk-node"  # the reader beside the kiosk's screen, in the same zone
_READER_PARTS: Final = [
    "",
    "[[reader]]",
    'name = "card"',
    'port = "/dev/serial0"  # of a real one; see docs/readers.md',
]
ZONES: Final = (
    DemoZone("hall", "大厅", "Lobby", 60, door="main-door"),
    DemoZone("pool", "泳池", "Pool", 40, door="pool-door", sensors=("pool", "pool-air", "pool-window", "pool-call")),
    DemoZone("first-floor", "二楼", "First floor", 40, door="stairs", sensors=("upstairs", "upstairs-air")),
)
_NODE_PARTS: Final = """
[[beams]]
name = "main-door"
outer_pin = 17
inner_pin = 27

[[beams]]
name = "pool-door"
outer_pin = 2
inner_pin = 3

[[beams]]
name = "stairs"
outer_pin = 14
inner_pin = 15

[[switch]]
name = "entrance"
means = "motion"
pin = 13
on_is_low = false

[[switch]]
name = "pool"
means = "motion"
pin = 6
on_is_low = false

[[switch]]
name = "upstairs"
means = "motion"
pin = 19
on_is_low = false

[[switch]]
name = "pool-window"
means = "open"
pin = 26
on_is_low = false

[[switch]]
name = "pool-call"
means = "call"
pin = 16

[[switch]]
name = "cellar"
means = "water_leak"
pin = 5

[[air]]
name = "hall-air"
chip = "scd41"

[[air]]
name = "pool-air"
chip = "scd30"

[[air]]
name = "upstairs-air"
chip = "sunrise_co2"

[[meter]]
name = "mains"
pin = 22
pulses_per_kwh = 10

[[meter]]
name = "ventilator"
pin = 12
pulses_per_kwh = 400
""".splitlines()


@dataclass(frozen=True)
class Person:
    """Somebody of the demo centre."""

    number: str
    name: str
    role: Role


@dataclass(frozen=True)
class DemoPeople:
    """Who can sign in, and how. `staff`: role by number."""

    first_member: str
    last_member: str
    member_password: str
    staff: Mapping[str, str]
    staff_password: str


def furnish(
    centre_dir: Path,
    *,
    password: str | None,
    banks: Sequence[DemoBank] = BANKS,
    environ: Mapping[str, str] | None = None,
) -> DemoPeople:
    """Fill a founded centre with demo people and devices; afterwards only tell the people again.

    `password` is everybody's; None: one for all members and one for all staff, made up the first time and kept.
    """
    centre = open_centre(centre_dir, environ=os.environ if environ is None else environ)
    try:
        doors = {bank.device: len(bank.sizes) for bank in banks} | {
            DOORS: sum(space.door is not None for space in SPACES)
        }
        boards = {bank.device: bank.board for bank in banks}
        keys = {
            device: _device_files(centre_dir, device, _wiring(count, boards.get(device)), centre.settings)
            for device, count in doors.items()
        }
        _make_zones(centre)
        _install_banks(centre, banks, keys)
        _install_spaces(centre, doors[DOORS], keys[DOORS])
        _install_node(centre, _device_files(centre_dir, NODE, _NODE_PARTS, centre.settings, file=NODE_FILE))
        _install_reader(centre, _device_files(centre_dir, READER, _READER_PARTS, centre.settings, file="kiosk.toml"))
        people = _settle_people(centre, password)
        _assign(centre, banks)
        _offer_for_booking(centre, banks)
        return people
    finally:
        centre.sessions.close()


def _settle_people(centre: Centre, password: str | None) -> DemoPeople:
    file = centre.directory / FOLDER / "people.json"
    known = DemoPeople(**json.loads(file.read_text())) if file.exists() else None
    if known and password in {None, known.member_password} and password in {None, known.staff_password}:
        return known
    people = _people(password)
    _welcome(centre, people)
    # Only now: a file that told passwords which the database does not know would never be put right.
    write_private(file, json.dumps(asdict(people), indent=2).encode())
    return people


def _people(password: str | None) -> DemoPeople:
    return DemoPeople(
        first_member=_member_no(0),
        last_member=_member_no(_MEMBERS - 1),
        member_password=password or _easy_password(),
        staff=dict(_STAFF),
        staff_password=password or _easy_password(),
    )


def _welcome(centre: Centre, people: DemoPeople) -> None:
    """Everybody has an account with the demo password, new or not."""
    hasher = Hasher()
    member_hash = hasher.hash(people.member_password)  # one for all of them: two hundred would take a minute
    staff_hash = hasher.hash(people.staff_password)
    now = centre.clock.now()
    with centre.sessions.begin() as session:
        for index in range(_MEMBERS):
            person = Person(_member_no(index), _name(index), Role.MEMBER)
            _settle(session, person, member_hash, now)
        for number, role in _STAFF.items():
            _settle(session, Person(number, _STAFF_NAMES[number], role), staff_hash, now)


def _settle(session: Session, person: Person, password_hash: str, now: datetime) -> None:
    member = members_queries.member_by_no(session, member_no=person.number)
    if member is not None:
        members.change_password(session, member=member, password_hash=password_hash, token=None, now=now)
        return
    members.add_member(
        session,
        member_no=person.number,
        name=person.name,
        role=person.role,
        password_hash=password_hash,
        language=None,
        now=now,
    )


def _member_no(index: int) -> str:
    return str(10_001 + index)


def _name(index: int) -> str:
    """No two alike: the three lists' lengths run out of step."""
    return (
        _FAMILY[index % len(_FAMILY)]
        + _FIRST[index * 7 % len(_FIRST)]
        + _SECOND[(index * 5 + index // 60) % len(_SECOND)]
    )


def _easy_password() -> str:
    return f"{secrets.choice(_WORDS)}-{secrets.choice(_WORDS)}-{secrets.randbelow(10_000):04}"


def _device_files(
    centre_dir: Path, device: str, wiring: Sequence[str], settings: Settings, *, file: str = "node.toml"
) -> PublicKey:
    """The device's key and its broker password, made once, and its file as the settings now say."""
    folder = centre_dir / FOLDER / device
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    key_file = folder / "device.pem"
    if not key_file.exists():
        SigningKey.generate().save(key_file)
    broker.add_user(centre_dir, device)
    gateway_key = (centre_dir / "keys" / "gateway.pub").read_text().strip()
    (folder / file).write_text(_node_text(device, wiring, settings, gateway_key), encoding="utf-8")
    return SigningKey.load(key_file).public()


def _node_text(device: str, wiring: Sequence[str], settings: Settings, gateway_key: str) -> str:
    lines = [
        "# A device of the demo building; written at every start of the demo.",
        f'site = "{settings.site}"',
        f'device = "{device}"',
        f'gateway_key = "{gateway_key}"',
        "",
        "[broker]",
        f'host = "{settings.broker.host}"',
        f"port = {settings.broker.port}",
        f'username = "{device}"',
        f'password_file = "../../broker/secrets/{device}"',
        *wiring,
    ]
    return "\n".join(lines) + "\n"


def _wiring(doors: int, board: str | None) -> list[str]:
    """Of one board with as many channels, or of each door's pins."""
    if board is None:
        return [line for no in range(1, doors + 1) for line in _door_lines(no)]
    port = 'port = "/dev/ttyUSB0"  # of a real bank; the pretended building has a pseudo-terminal of its own'
    where = [port, "address = 1", "first_door = 1"]
    return ["", "[[board]]", f'family = "{board}"', *where, f"ways = {doors}", "shut_is = 1", "pulse_ms = 400"]


def _door_lines(no: int) -> Iterable[str]:
    """Pins beyond a real header's: so many doors hang on expanders, which look like pins to the firmware."""
    return "", "[[doors]]", f"no = {no}", f"strike_pin = {2 * no}", f"contact_pin = {2 * no + 1}"


def _make_zones(centre: Centre) -> None:
    """Once, each; whatever it is called afterwards it stays."""
    now = centre.clock.now()
    with centre.sessions.begin() as session:
        for zone in ZONES:
            if session.get(Zone, zone.id) is None:
                names = {"zone_id": zone.id, "name_zh": zone.name_zh, "name_en": zone.name_en}
                zones.make_zone(session, **names, actor="gateway", now=now)
                zones.set_crowd(
                    session, zone_id=zone.id, capacity=zone.capacity, is_shown=True, actor="gateway", now=now
                )


def _install_banks(centre: Centre, banks: Sequence[DemoBank], keys: Mapping[str, PublicKey]) -> None:
    now = centre.clock.now()
    with centre.sessions.begin() as session:
        for bank in banks:
            if session.get(Bank, bank.device) is None:
                _install(session, bank, keys[bank.device], now)


def _install(session: Session, bank: DemoBank, key: PublicKey, now: datetime) -> None:
    device = _approve(session, bank.device, len(bank.sizes), key, now)
    founded = lockers.found_bank(
        session,
        device=device,
        name_zh=bank.name_zh,
        name_en=bank.name_en,
        boxes=list(_boxes(bank)),
        actor="gateway",
        now=now,
    )
    lockers.set_terms(session, bank=founded, actor="gateway", now=now, mode=bank.mode, idle_after_days=180)
    zones.place(session, what=Placed.DEVICE, ref=device.id, zone_id=bank.zone, actor="gateway", now=now)


def _assign(centre: Centre, banks: Sequence[DemoBank]) -> None:
    """What the demo's staff have given to members, once; whatever is done with it afterwards stays."""
    now = centre.clock.now()
    with centre.sessions.begin() as session:
        boxes = {box.label: box for box in session.scalars(select(Compartment))}
        for bank in banks:
            for door, member_nos in bank.assigned.items():
                box = boxes[_label(bank, door)]
                if box.own_mode is None:
                    lockers.set_mode(session, compartment_id=box.id, mode=Mode.FIXED, actor="gateway", now=now)
                    assignments.assign(
                        session,
                        compartment_id=box.id,
                        member_nos=member_nos,
                        until=None,
                        note="",
                        actor="gateway",
                        unsettled_locks=frozenset,  # it was made just now
                        now=now,
                    )


_SIZE_WORDS: Final = {Size.S: ("小柜", "small"), Size.M: ("中柜", "medium"), Size.L: ("大柜", "large")}


def _offer_for_booking(centre: Centre, banks: Sequence[DemoBank]) -> None:
    """The compartments that are booked ahead, once; whatever staff make of them afterwards stays."""
    now = centre.clock.now()
    with centre.sessions.begin() as session:
        boxes = {box.label: box for box in session.scalars(select(Compartment))}
        for bank in banks:
            for label in (_label(bank, door) for door in sorted(bank.bookable)):
                box = boxes[label]
                is_new = box.own_mode is None and session.get(Space, box.id) is None
                if is_new and lockers_queries.compartment(session, box.id).rental is None:
                    booked_lockers.offer_for_booking(
                        session,
                        compartment_id=box.id,
                        name_zh=f"{bank.name_zh} {label}（{_SIZE_WORDS[box.size][0]}）",
                        name_en=f"{bank.name_en} {label} ({_SIZE_WORDS[box.size][1]})",
                        opens_min=8 * 60,
                        closes_min=22 * 60,
                        slot_min=30,
                        buffer_min=0,
                        actor="gateway",
                        now=now,
                    )


def _install_spaces(centre: Centre, doors: int, key: PublicKey) -> None:
    now = centre.clock.now()
    with centre.sessions.begin() as session:
        if session.get(Space, SPACES[0].id) is not None:
            return
        _approve(session, DOORS, doors, key, now)
        for space in SPACES:
            lock = fleet_queries.lock_at(session, DOORS, space.door) if space.door else None
            spaces.make_space(
                session,
                space_id=space.id,
                kind=space.kind,
                name_zh=space.name_zh,
                name_en=space.name_en,
                parent_id=space.part_of,
                lock_id=lock.id if lock else None,
                opens_min=8 * 60,
                closes_min=22 * 60,
                slot_min=space.slot_min,
                buffer_min=space.buffer_min,
                capacity=space.capacity,
                actor="gateway",
                now=now,
            )


def _install_node(centre: Centre, key: PublicKey) -> None:
    """The facility node, once; wherever it or its sensors are put afterwards they stay."""
    now = centre.clock.now()
    first, *others = ZONES
    with centre.sessions.begin() as session:
        if session.get(Device, NODE) is not None:
            return
        _approve(session, NODE, 0, key, now, kind="facility")
        zones.place(session, what=Placed.DEVICE, ref=NODE, zone_id=first.id, actor="gateway", now=now)
        for zone in others:
            for sensor in (zone.door, *zone.sensors):
                zones.place(
                    session,
                    what=Placed.SENSOR,
                    ref=zones_queries.sensor_ref(NODE, sensor),
                    zone_id=zone.id,
                    outer_zone_id=first.id if sensor == zone.door else None,
                    actor="gateway",
                    now=now,
                )


def _install_reader(centre: Centre, key: PublicKey) -> None:
    """The kiosk's node, once; wherever it is put afterwards it stays."""
    now = centre.clock.now()
    with centre.sessions.begin() as session:
        if session.get(Device, READER) is None:
            _approve(session, READER, 0, key, now, kind="kiosk")
            zones.place(session, what=Placed.DEVICE, ref=READER, zone_id=ZONES[0].id, actor="gateway", now=now)


def _approve(
    session: Session, device_id: str, doors: int, key: PublicKey, now: datetime, *, kind: str = "locker_bank"
) -> Device:
    """As if it had spoken up, somebody had compared its label, and it had been switched off."""
    there = Presentation(
        device_id=device_id,
        online=True,
        boot_id=new_boot_id(),
        kind=kind,
        public_key=key.text(),
        fingerprint=key.fingerprint(),
        doors=doors,
    )
    fleet.note_presence(session, there, now=now)
    fleet.note_presence(session, replace(there, online=False), now=now)
    return fleet.approve(session, device_id=device_id, fingerprint=key.fingerprint(), actor="gateway", now=now)


def _boxes(bank: DemoBank) -> Iterable[Box]:
    for door, size in enumerate(bank.sizes, start=1):
        yield Box(door=door, label=_label(bank, door), size=Size(size), accessible=door in bank.accessible)


def _label(bank: DemoBank, door: int) -> str:
    return f"{bank.device[-1].upper()}{door:02}"
