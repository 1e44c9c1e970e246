"""Where a bank stands is the zone of its device, and no text beside it."""

import re
from collections.abc import Iterator
from itertools import count

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"

_MOST = 28  # letters of an id, and a figure behind them


def upgrade() -> None:
    """A device that nobody has placed goes into the zone that its bank's text names, made if need be."""
    connection = op.get_bind()
    zones = [tuple(row) for row in connection.execute(sa.text(_ZONES))]
    for device_id, zh, en in connection.execute(sa.text(_BANKS)).all():
        zone_id = next((zone for name in (zh, en) if name for zone, *names in zones if name in names), None)
        if zone_id is None:
            taken = set(connection.scalars(sa.text("SELECT id FROM zones")))
            zone_id = next(one for one in _ids_for(en) if one not in taken)
            made = {"id": zone_id, "zh": zh or en, "en": en or zh}
            connection.execute(sa.text("INSERT INTO zones (id, name_zh, name_en) VALUES (:id, :zh, :en)"), made)
            zones.append((zone_id, made["zh"], made["en"]))
        connection.execute(sa.text(_PLACE), {"ref": device_id, "zone": zone_id})
    for column in ("zone_zh", "zone_en"):
        op.execute(f"ALTER TABLE banks DROP COLUMN {column}")


_ZONES = "SELECT id, name_zh, name_en FROM zones WHERE retired_at IS NULL ORDER BY id"
_BANKS = (
    "SELECT device_id, zone_zh, zone_en FROM banks WHERE (zone_zh <> '' OR zone_en <> '') AND device_id NOT IN"
    " (SELECT ref FROM placements WHERE what = 'device') ORDER BY id"
)
_PLACE = "INSERT INTO placements (what, ref, zone_id) VALUES ('device', :ref, :zone)"


def _ids_for(name: str) -> Iterator[str]:
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower())[:_MOST].strip("-") or "zone"
    yield plain
    for no in count(2):
        yield f"{plain}-{no}"
