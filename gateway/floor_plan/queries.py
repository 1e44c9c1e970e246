"""Questions about the floor plan. Read-only."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.floor_plan import geojson
from gateway.floor_plan.drawing import AreaKind, FloorPlan
from gateway.floor_plan.model import SavedFloorPlan
from gateway.floor_plan.rules import Things
from gateway.kiosks import queries as kiosks
from gateway.kiosks.model import Kiosk
from gateway.kit.errors import NotFound
from gateway.lockers.model import Bank
from gateway.spaces.model import Space
from gateway.zones.model import Zone


@dataclass(frozen=True)
class Saved:
    """A plan, and which saving it is. 0: nothing was drawn yet. `saved_at` None then."""

    version: int
    plan: FloorPlan
    saved_at: datetime | None


def current(session: Session) -> Saved:
    """The plan that holds."""
    newest = session.scalar(select(SavedFloorPlan).order_by(SavedFloorPlan.version.desc()).limit(1))
    return _saved(newest) if newest else Saved(0, FloorPlan(), None)


def saved(session: Session, version: int) -> Saved:
    """An earlier one. Raises NotFound("floor_plan") for one that is not kept, or never was."""
    found = session.get(SavedFloorPlan, version)
    if found is None:
        raise NotFound("floor_plan")
    return _saved(found)


def newest(session: Session) -> int:
    """The version that holds; 0: none."""
    return session.scalar(select(SavedFloorPlan.version).order_by(SavedFloorPlan.version.desc()).limit(1)) or 0


def versions(session: Session) -> Sequence[tuple[int, datetime]]:
    """Those that are kept, and when each was saved; the newest first."""
    kept = select(SavedFloorPlan.version, SavedFloorPlan.saved_at).order_by(SavedFloorPlan.version.desc())
    return [(version, saved_at) for version, saved_at in session.execute(kept)]


def things(session: Session) -> Things:
    """What an area can be linked to: the ids that there are."""
    return {
        AreaKind.SPACE: frozenset(session.scalars(select(Space.id))),
        AreaKind.BANK: frozenset(session.scalars(select(Bank.id))),
        AreaKind.KIOSK: frozenset(one.id for one in kiosks.kiosks(session)),
        AreaKind.ZONE: frozenset(session.scalars(select(Zone.id).where(Zone.retired_at.is_(None)))),
    }


def stands_at(plan: FloorPlan, kiosk: Kiosk) -> str | None:
    """The area that a kiosk is, else that of the bank it stands at; None: neither is drawn with a spot before it."""
    own = plan.areas_of(AreaKind.KIOSK, kiosk.id)
    near = plan.areas_of(AreaKind.BANK, kiosk.bank_id) if kiosk.bank_id else []
    return next((area.id for area in (*own, *near) if plan.spots_at(area.id)), None)


def _saved(row: SavedFloorPlan) -> Saved:
    return Saved(row.version, geojson.read(json.loads(row.document)), row.saved_at)
