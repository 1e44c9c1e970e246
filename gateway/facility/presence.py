"""Where somebody is, as sensors say: good for leaving people in peace, never for putting them out."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy.orm import Session

from gateway.telemetry.queries import Series
from gateway.zones import queries as zones

PEOPLE: Final = frozenset({"occupancy", "motion", "people"})
"""Metrics above 0 where somebody is. A 0 proves nothing: who sits still moves no motion sensor."""


def zones_with_people(session: Session, series: Iterable[Series], *, now_ms: int) -> frozenset[str]:
    """Every zone in which a sensor has lately seen somebody."""
    where = zones.whole_map(session)
    seen = [one for one in series if one.metric in PEOPLE and (one.value_at(now_ms) or 0) > 0]
    found = (where.of_sensor(one.device, one.sensor) for one in seen)
    return frozenset(zone for zone in found if zone is not None)
