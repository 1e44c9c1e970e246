"""Plans that most centres want, and for how much use a door is made: data to start from, each with its source."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from gateway.maintenance.model import AssetKind, Counter

_NO_STANDARD: Final = (
    "没有标准规定，是常用的间隔；以厂家说明书为准。",
    "No standard sets it: a usual interval. The maker's manual goes first.",
)

RATED: Final[Mapping[AssetKind, tuple[int | None, Counter | None]]] = MappingProxyType(
    {
        # KERONG KR-S99N data sheet: its contact is made for 500,000 movements, and a door moves it twice an opening.
        AssetKind.COMPARTMENT_DOOR: (250_000, Counter.CYCLES),
        AssetKind.ROOM_DOOR: (None, None),  # its strike's data sheet says
    }
)


@dataclass(frozen=True, kw_only=True)
class Template:
    """A plan for every asset of a kind. `source`: why so often, in both languages."""

    id: str
    asset_kind: AssetKind
    name_zh: str
    name_en: str
    every_days: int | None = None
    every_uses: int | None = None
    counted_in: Counter | None = None
    source_zh: str = _NO_STANDARD[0]
    source_en: str = _NO_STANDARD[1]


TEMPLATES: Final = (
    Template(
        id="clean_latches",
        asset_kind=AssetKind.COMPARTMENT_DOOR,
        name_zh="清洁锁舌，检查门缝和门磁",
        name_en="Clean the latch, check the gap and the contact",
        every_days=365,
        every_uses=10_000,
        counted_in=Counter.CYCLES,
        source_zh="锁的触点额定 50 万次动作（KERONG KR-S99N 数据表），每开一次门动作两次；"
        "到寿命的二十五分之一就看一次。",
        source_en="The contact of a lock is made for 500,000 movements (KERONG KR-S99N data sheet), two an opening; so"
        " it is looked at after each twenty-fifth of its life.",
    ),
    Template(
        id="check_closers",
        asset_kind=AssetKind.ROOM_DOOR,
        name_zh="检查闭门器、合页和锁扣",
        name_en="Check the closer, the hinges and the strike",
        every_days=90,
        every_uses=50_000,
        counted_in=Counter.SLAMS,
    ),
    Template(
        id="look_over_space",
        asset_kind=AssetKind.SPACE,
        name_zh="检查地面、照明和器材",
        name_en="Look over the floor, the lamps and the equipment",
        every_days=90,
        every_uses=500,
        counted_in=Counter.HOURS_USED,
    ),
    Template(
        id="clean_fan",
        asset_kind=AssetKind.FAN,
        name_zh="清洗滤网和叶片",
        name_en="Clean the filter and the blades",
        every_days=90,
    ),
    Template(
        id="service_machine",
        asset_kind=AssetKind.MACHINE,
        name_zh="润滑、紧固、检查",
        name_en="Grease it, tighten it and look it over",
        every_days=90,
        every_uses=250,
        counted_in=Counter.HOURS_RUN,
    ),
    Template(
        id="clean_kiosk",
        asset_kind=AssetKind.KIOSK,
        name_zh="清洁屏幕，检查读卡器和电缆",
        name_en="Clean the screen, check the card reader and the cables",
        every_days=30,
    ),
)
