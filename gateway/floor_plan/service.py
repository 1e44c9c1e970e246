"""Saving the floor plan. Nothing here commits."""

import json
from datetime import datetime
from typing import Final

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from gateway.floor_plan import geojson, queries, rules
from gateway.floor_plan.drawing import FloorPlan
from gateway.floor_plan.model import SavedFloorPlan
from gateway.kit import audit
from gateway.kit.errors import Conflict, Malformed

KEPT: Final = 20  # savings, the newest included


def save(session: Session, *, plan: FloorPlan, based_on: int, actor: str, now: datetime) -> int:
    """Let this plan hold from now on; returns its version. The last twenty are kept, to go back to.

    `based_on`: the version that was changed. Raises Conflict("floor_plan_changed") when another holds by now, and
    Malformed("floor_plan_faulty") naming all that is wrong with it.
    """
    if found := rules.faults(plan, queries.things(session)):
        told = [{"thing": one.thing, "why": str(one.why)} for one in found]
        raise Malformed("floor_plan_faulty", count=len(told), faults=told)
    version = based_on + 1
    if queries.newest(session) != based_on:
        raise Conflict("floor_plan_changed")
    try:
        with session.begin_nested():
            document = json.dumps(geojson.written(plan), ensure_ascii=False, separators=(",", ":"))
            session.add(SavedFloorPlan(version=version, document=document, saved_at=now))
    except IntegrityError as error:  # another was quicker, in the very same moment
        raise Conflict("floor_plan_changed") from error
    session.execute(delete(SavedFloorPlan).where(SavedFloorPlan.version <= version - KEPT))
    audit.append(
        session,
        actor=actor,
        act="floor_plan_saved",
        thing="floor_plan",
        now=now,
        version=version,
        floors=len(plan.floors),
        areas=len(plan.areas),
        ways=len(plan.ways),
    )
    return version
