"""The table of floor plans, as they were saved."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Text
from sqlalchemy.orm import Mapped, mapped_column

from gateway.kit.db import Base, Instant


class SavedFloorPlan(Base):
    """One saving. The greatest `version` is the one that holds; who saved it stands in the audit trail."""

    __tablename__ = "floor_plans"
    __table_args__ = (CheckConstraint("version >= 1", name="version"),)

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    document: Mapped[str] = mapped_column(Text)  # GeoJSON, as `geojson.written` has it
    saved_at: Mapped[datetime] = mapped_column(Instant)
