"""What stands in the demo building: its banks, spaces and zones, and the devices in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from gateway.lockers.model import Mode
from gateway.spaces.model import SpaceKind

FOLDER: Final = "demo"  # in the centre's own: what the devices have, and who may sign in


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
READER_PARTS: Final = [
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
NODE_PARTS: Final = """
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
pulses_per_kwh = 100

[[meter]]
name = "ventilator"
pin = 12
pulses_per_kwh = 400
""".splitlines()
