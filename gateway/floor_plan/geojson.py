"""A floor plan as a GeoJSON FeatureCollection (RFC 7946), and back.

One departure, by agreement of both sides as RFC 7946 section 4 allows: coordinates are local metres on a floor, not
degrees. Areas are Polygons, spots Points, ways LineStrings between two spots; floors stand beside the features, as a
foreign member (section 6.1). A way between two floors has no place on either: its geometry is null.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from gateway.floor_plan.drawing import Area, AreaKind, Floor, FloorPlan, Point, Spot, Way, WayKind

Json = Mapping[str, Any]


def written(plan: FloorPlan) -> dict[str, Any]:
    """The document of a plan."""
    return {
        "type": "FeatureCollection",
        "floors": [
            {
                "id": one.id,
                "name_zh": one.name_zh,
                "name_en": one.name_en,
                "level": one.level,
                "width_m": one.width_m,
                "depth_m": one.depth_m,
            }
            for one in plan.floors
        ],
        "features": [
            *(_area_feature(one) for one in plan.areas),
            *(_spot_feature(one) for one in plan.spots),
            *(_way_feature(plan, one) for one in plan.ways),
        ],
    }


def read(document: Json) -> FloorPlan:
    """The plan of a document whose shape was checked; whether it makes sense is for `rules.faults`."""
    by_type: dict[str, list[Json]] = {"area": [], "spot": [], "way": []}
    for feature in document["features"]:
        by_type[feature["properties"]["is"]].append(feature)
    return FloorPlan(
        floors=tuple(
            Floor(
                id=one["id"],
                name_zh=one["name_zh"],
                name_en=one["name_en"],
                level=one["level"],
                width_m=one["width_m"],
                depth_m=one["depth_m"],
            )
            for one in document["floors"]
        ),
        areas=tuple(_area(one) for one in by_type["area"]),
        spots=tuple(_spot(one) for one in by_type["spot"]),
        ways=tuple(_way(one) for one in by_type["way"]),
    )


def _area_feature(area: Area) -> dict[str, Any]:
    ring = [list(point) for point in (*area.outline, area.outline[0])]
    return _feature(
        area.id,
        {"type": "Polygon", "coordinates": [ring]},
        {
            "is": "area",
            "floor": area.floor,
            "kind": str(area.kind),
            "name_zh": area.name_zh,
            "name_en": area.name_en,
            "ref": area.ref,
        },
    )


def _spot_feature(spot: Spot) -> dict[str, Any]:
    geometry = {"type": "Point", "coordinates": list(spot.at)}
    return _feature(spot.id, geometry, {"is": "spot", "floor": spot.floor, "of": spot.of})


def _way_feature(plan: FloorPlan, way: Way) -> dict[str, Any]:
    a, b = plan.spot_of[way.a], plan.spot_of[way.b]
    line = {"type": "LineString", "coordinates": [list(a.at), list(b.at)]} if a.floor == b.floor else None
    properties = {"is": "way", "from": way.a, "to": way.b, "kind": str(way.kind), "length_m": way.length_m}
    return _feature(way.id, line, properties)


def _feature(feature_id: str, geometry: Json | None, properties: Json) -> dict[str, Any]:
    return {"type": "Feature", "id": feature_id, "geometry": geometry, "properties": properties}


def _area(feature: Json) -> Area:
    is_ = feature["properties"]
    corners = _points(feature["geometry"]["coordinates"][0])
    if len(corners) > 1 and corners[0] == corners[-1]:  # a ring says its first corner twice
        corners = corners[:-1]
    return Area(
        id=feature["id"],
        floor=is_["floor"],
        kind=AreaKind(is_["kind"]),
        name_zh=is_["name_zh"],
        name_en=is_["name_en"],
        ref=is_["ref"],
        outline=corners,
    )


def _spot(feature: Json) -> Spot:
    is_ = feature["properties"]
    (at,) = _points([feature["geometry"]["coordinates"]])
    return Spot(id=feature["id"], floor=is_["floor"], at=at, of=is_["of"])


def _way(feature: Json) -> Way:
    is_ = feature["properties"]
    kind = WayKind(is_["kind"])
    return Way(id=feature["id"], a=is_["from"], b=is_["to"], kind=kind, length_m=is_["length_m"])


def _points(coordinates: Sequence[Sequence[float]]) -> tuple[Point, ...]:
    return tuple(Point(float(x), float(y)) for x, y in coordinates)
