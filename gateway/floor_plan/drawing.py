"""What a floor plan is: floors, areas, spots and the ways between spots. Plain values, in metres."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from math import hypot
from typing import NamedTuple

CLIMB_M = 12.0  # what a floor more or less counts as, by stairs or lift, when nobody has measured it


class Point(NamedTuple):
    """On a floor: metres from the lower left corner of its drawing, `x` to the right and `y` upwards."""

    x: float
    y: float

    def to(self, other: "Point") -> float:
        """How far apart, in metres."""
        return hypot(other.x - self.x, other.y - self.y)


class AreaKind(StrEnum):
    """What an area is to people. The first four are linked to a thing of the house."""

    SPACE = "space"
    BANK = "bank"
    KIOSK = "kiosk"
    ZONE = "zone"  # an area of the house that sensors watch, and whatever lies in it
    ENTRANCE = "entrance"
    DESK = "desk"
    TOILETS = "toilets"
    FIRST_AID = "first_aid"
    STAIRS = "stairs"
    LIFT = "lift"
    OTHER = "other"


LINKED = frozenset({AreaKind.SPACE, AreaKind.BANK, AreaKind.KIOSK, AreaKind.ZONE})


class WayKind(StrEnum):
    """How one goes along a way."""

    LEVEL = "level"
    RAMP = "ramp"
    STAIRS = "stairs"
    LIFT = "lift"


BETWEEN_FLOORS = frozenset({WayKind.RAMP, WayKind.STAIRS, WayKind.LIFT})


@dataclass(frozen=True)
class Floor:
    """One floor, so wide and so deep, in metres. `level`: 0 is the one by which people come in, below it -1."""

    id: str
    name_zh: str
    name_en: str
    level: int
    width_m: float
    depth_m: float


@dataclass(frozen=True)
class Area:
    """A piece of a floor. `ref`: the id of the space, bank, kiosk or zone that it is; None: not linked.

    `outline`: its corners in order, each said once.
    """

    id: str
    floor: str
    kind: AreaKind
    name_zh: str
    name_en: str
    ref: str | None
    outline: tuple[Point, ...]

    @cached_property
    def middle(self) -> Point:
        """The middle of its bounding box: good enough to say on which side it lies."""
        xs, ys = zip(*self.outline, strict=True)
        return Point((min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2)


@dataclass(frozen=True)
class Spot:
    """A place to stand. `of`: the area that one enters or uses there, as at a door; None: a crossing or a corner."""

    id: str
    floor: str
    at: Point
    of: str | None


@dataclass(frozen=True)
class Way:
    """From one spot to another, in both directions. `length_m` None: as long as it is straight."""

    id: str
    a: str
    b: str
    kind: WayKind
    length_m: float | None


@dataclass(frozen=True)
class FloorPlan:
    """All floors of the house."""

    floors: tuple[Floor, ...] = ()
    areas: tuple[Area, ...] = ()
    spots: tuple[Spot, ...] = ()
    ways: tuple[Way, ...] = ()

    @cached_property
    def floor_of(self) -> Mapping[str, Floor]:
        """By id."""
        return {one.id: one for one in self.floors}

    @cached_property
    def area_of(self) -> Mapping[str, Area]:
        """By id."""
        return {one.id: one for one in self.areas}

    @cached_property
    def spot_of(self) -> Mapping[str, Spot]:
        """By id."""
        return {one.id: one for one in self.spots}

    def spots_at(self, place: str) -> list[str]:
        """Where one stands to be at an area, or the spot of that id itself; empty: there is no such place."""
        if place in self.spot_of:
            return [place]
        return sorted(one.id for one in self.spots if one.of == place)

    def areas_of(self, kind: AreaKind, ref: str | None = None) -> list[Area]:
        """Those of a kind; with `ref`, those that are this very thing."""
        return [one for one in self.areas if one.kind is kind and (ref is None or one.ref == ref)]

    def length_of(self, way: Way) -> float:
        """In metres: what somebody measured, else straight, else what a floor counts as."""
        if way.length_m is not None:
            return way.length_m
        a, b = self.spot_of[way.a], self.spot_of[way.b]
        if a.floor == b.floor:
            return a.at.to(b.at)
        return CLIMB_M * max(1, abs(self.floor_of[a.floor].level - self.floor_of[b.floor].level))
