"""For how many people a zone is, who may see how full it is, and where a door leads from."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"


def upgrade() -> None:
    """From 0038: nobody has said, nobody sees it, and every counter is at a door to the street."""
    op.execute("ALTER TABLE zones ADD COLUMN capacity INTEGER CONSTRAINT ck_zones_capacity CHECK (capacity >= 1)")
    op.add_column("zones", sa.Column("is_shown", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute("ALTER TABLE placements ADD COLUMN outer_zone_id VARCHAR(32) REFERENCES zones (id)")
