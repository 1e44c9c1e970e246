"""Those who wait for a time that somebody else has."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

_INSTANT = sa.DateTime(timezone=True)
_STATES = ("WAITING", "OFFERED", "BOOKED", "LEFT", "LAPSED", "CLOSED")


def upgrade() -> None:
    """From 0019: nobody waits."""
    op.create_table(
        "waits",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("space_id", sa.String(length=32), nullable=False),
        sa.Column("member_id", sa.String(length=32), nullable=False),
        sa.Column("starts_at", _INSTANT, nullable=False),
        sa.Column("ends_at", _INSTANT, nullable=False),
        sa.Column("guests", sa.Integer(), server_default="0", nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("joined_at", _INSTANT, nullable=False),
        sa.Column("offer_until", _INSTANT, nullable=True),
        sa.Column("left_at", _INSTANT, nullable=True),
        sa.CheckConstraint(
            f"state IN ({', '.join(repr(state) for state in _STATES)})", name=op.f("ck_waits_waitstate")
        ),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_waits_span")),
        sa.CheckConstraint("(state = 'OFFERED') = (offer_until IS NOT NULL)", name=op.f("ck_waits_offered")),
        sa.CheckConstraint("(state IN ('WAITING', 'OFFERED')) = (left_at IS NULL)", name=op.f("ck_waits_left")),
        sa.ForeignKeyConstraint(["space_id"], ["spaces.id"], name="fk_waits_space_id_spaces"),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name="fk_waits_member_id_members"),
        sa.PrimaryKeyConstraint("id", name="pk_waits"),
    )
    op.create_index("ix_waits_queue", "waits", ["state", "starts_at"])
    op.create_index("ix_waits_member", "waits", ["member_id", "joined_at"])
    op.create_index(
        "uq_waits_standing",
        "waits",
        ["member_id", "space_id", "starts_at", "ends_at"],
        unique=True,
        sqlite_where=sa.text("left_at IS NULL"),
        postgresql_where=sa.text("left_at IS NULL"),
    )
