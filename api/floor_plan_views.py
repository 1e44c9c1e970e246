"""The floor plan and the way there, as JSON."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Discriminator, Field, StrictInt, Tag

from api.views import AnyId, Ask, InBothLanguages, PlainText, View, name_of
from gateway.floor_plan import geojson
from gateway.floor_plan.directions import Step, StepKind
from gateway.floor_plan.drawing import AreaKind, FloorPlan, WayKind
from gateway.floor_plan.guide import Guided
from gateway.floor_plan.now import AreaNow, AreaState
from gateway.floor_plan.queries import Saved
from gateway.floor_plan.rules import MOST_FEATURES, MOST_FLOORS

_MOST_M = 2_000.0
_MOST_CORNERS = 65  # of a ring, the first said again at its end

Metres = Annotated[float, Field(ge=-_MOST_M, le=_MOST_M, allow_inf_nan=False)]
Size = Annotated[float, Field(gt=0, le=_MOST_M, allow_inf_nan=False)]
Position = Annotated[list[Metres], Field(min_length=2, max_length=2, description="[x, y] in metres.")]
Ring = Annotated[list[Position], Field(min_length=2, max_length=_MOST_CORNERS)]


class Shape(Ask):
    """Comes in and goes out as the same JSON."""

    model_config = ConfigDict(serialize_by_alias=True)


class FloorShape(Shape):
    """One floor, so wide and so deep, in metres. `level`: 0 is where people come in."""

    id: AnyId
    name_zh: PlainText
    name_en: PlainText
    level: Annotated[StrictInt, Field(ge=-20, le=200)]
    width_m: Size
    depth_m: Size


class PolygonShape(Shape):
    """One ring of corners, the first said again at its end: no holes."""

    type: Literal["Polygon"]
    coordinates: Annotated[list[Ring], Field(min_length=1, max_length=1)]


class PointShape(Shape):
    """One position."""

    type: Literal["Point"]
    coordinates: Position


class LineShape(Shape):
    """From one spot to another, for whoever draws it; where the way leads is said by its spots."""

    type: Literal["LineString"]
    coordinates: Annotated[list[Position], Field(min_length=2, max_length=2)]


class AreaProperties(Shape):
    """What an area is. `ref`: the id of the space, bank, kiosk or zone that it is, by `kind`."""

    is_: Literal["area"] = Field(alias="is")
    floor: AnyId
    kind: AreaKind
    name_zh: PlainText
    name_en: PlainText
    ref: AnyId | None


class SpotProperties(Shape):
    """A place to stand. `of`: the area that one enters or uses there."""

    is_: Literal["spot"] = Field(alias="is")
    floor: AnyId
    of: AnyId | None


class WayProperties(Shape):
    """Which two spots a way joins, and how one goes. `length_m` null: straight, or what a floor counts as."""

    is_: Literal["way"] = Field(alias="is")
    from_: AnyId = Field(alias="from")
    to: AnyId
    kind: WayKind
    length_m: Size | None


class AreaFeature(Shape):
    """A piece of a floor."""

    type: Literal["Feature"]
    id: AnyId
    geometry: PolygonShape
    properties: AreaProperties


class SpotFeature(Shape):
    """A door, a crossing, a place before a locker bank."""

    type: Literal["Feature"]
    id: AnyId
    geometry: PointShape
    properties: SpotProperties


class WayFeature(Shape):
    """An edge of the graph of ways. Between two floors it has no geometry."""

    type: Literal["Feature"]
    id: AnyId
    geometry: LineShape | None
    properties: WayProperties


def _is(feature: Any) -> str | None:  # noqa: ANN401 - whatever came
    """What a feature says it is: a dictionary that came in, or a model that goes out."""
    if isinstance(feature, dict):
        properties = feature.get("properties")
        said = properties.get("is") if isinstance(properties, dict) else None
        return said if isinstance(said, str) else None
    return str(feature.properties.is_)


Feature = Annotated[
    Annotated[AreaFeature, Tag("area")] | Annotated[SpotFeature, Tag("spot")] | Annotated[WayFeature, Tag("way")],
    Discriminator(_is),
]


class FloorPlanShape(Shape):
    """A GeoJSON FeatureCollection (RFC 7946), in metres from the lower left corner of a floor instead of degrees."""

    type: Literal["FeatureCollection"]
    floors: Annotated[list[FloorShape], Field(max_length=MOST_FLOORS)]
    features: Annotated[list[Feature], Field(max_length=MOST_FEATURES)]

    @classmethod
    def of(cls, plan: FloorPlan) -> Self:
        """As it is drawn."""
        return cls.model_validate(geojson.written(plan))

    def plan(self) -> FloorPlan:
        """What it says, whether or not it makes sense."""
        return geojson.read(self.model_dump(mode="json"))


class FloorPlanView(View):
    """The floor plan that holds. `version`: which saving; 0: nothing was drawn yet. It is the `ETag` too."""

    version: int
    saved_at: datetime | None
    plan: FloorPlanShape

    @classmethod
    def of(cls, saved: Saved) -> Self:
        """As it was saved."""
        return cls(version=saved.version, saved_at=saved.saved_at, plan=FloorPlanShape.of(saved.plan))


class KioskFloorPlanView(FloorPlanView):
    """The same at a kiosk. `here`: the area where the kiosk stands; null: nobody has drawn it."""

    here: str | None

    @classmethod
    def seen_from(cls, saved: Saved, here: str | None) -> Self:
        """As it was saved."""
        return cls(**vars(FloorPlanView.of(saved)), here=here)


class AreaNowView(View):
    """A space or a locker bank now. `until`: then it is otherwise. `free` of `total` compartments, of a bank alone."""

    area: str
    state: AreaState
    until: datetime | None
    free: int | None
    total: int | None

    @classmethod
    def of(cls, found: AreaNow) -> Self:
        """As the query found it."""
        return cls(area=found.area.id, state=found.state, until=found.until, free=found.free, total=found.total)


class FloorPlanNow(View):
    """What is free now. `as_of`: the centre's time when it was so."""

    as_of: datetime
    areas: list[AreaNowView]

    @classmethod
    def of(cls, found: Sequence[AreaNow], as_of: datetime) -> Self:
        """As it stands in this transaction."""
        return cls(as_of=as_of, areas=[AreaNowView.of(one) for one in found])


class StepView(View):
    """One sentence of the way. `at`: where it begins, in metres on that floor. `metres`: how far one then walks."""

    kind: StepKind
    text: InBothLanguages
    floor: str
    at: list[float]
    metres: int

    @classmethod
    def of(cls, step: Step) -> Self:
        """As it is said."""
        text = name_of(step.zh, step.en)
        return cls(kind=step.kind, text=text, floor=step.floor, at=list(step.at), metres=step.metres)


class LegView(View):
    """What of a way is to be drawn on one floor, point by point."""

    floor: str
    points: list[list[float]]


class WayView(View):
    """The way there: what to draw on each floor in turn, and what to say."""

    length_m: float
    step_free: bool
    legs: list[LegView]
    steps: list[StepView]

    @classmethod
    def of(cls, guided: Guided) -> Self:
        """As it was found."""
        legs: list[LegView] = []
        for spot in guided.route.spots:
            if not legs or legs[-1].floor != spot.floor:
                legs.append(LegView(floor=spot.floor, points=[]))
            legs[-1].points.append(list(spot.at))
        return cls(
            length_m=round(guided.route.length_m, 1),
            step_free=all(way.kind is not WayKind.STAIRS for way in guided.route.ways),
            legs=legs,
            steps=[StepView.of(step) for step in guided.steps],
        )
