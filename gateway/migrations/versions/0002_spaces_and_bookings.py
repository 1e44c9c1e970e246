"""Spaces, claims and bookings; a booking gives access to a door."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """From the first tables."""
    _spaces()
    _claims()
    _bookings()
    _claims_never_overlap()
    _grants_by_booking()


def _spaces() -> None:
    op.create_table(
        "spaces",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("parent_id", sa.String(length=32), nullable=True),
        sa.Column("kind", _words("room", "court", "seat", "equipment", name="spacekind"), nullable=False),
        sa.Column("name_zh", sa.String(length=64), nullable=False),
        sa.Column("name_en", sa.String(length=64), nullable=False),
        sa.Column("lock_id", sa.String(length=32), nullable=True),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("opens_min", sa.Integer(), nullable=False),
        sa.Column("closes_min", sa.Integer(), nullable=False),
        sa.Column("slot_min", sa.Integer(), nullable=False),
        sa.Column("buffer_min", sa.Integer(), nullable=False),
        sa.CheckConstraint("places >= 1", name=op.f("ck_spaces_places")),
        sa.CheckConstraint("slot_min >= 5", name=op.f("ck_spaces_slot")),
        sa.CheckConstraint(
            "0 <= opens_min AND opens_min < closes_min AND closes_min <= 1440", name=op.f("ck_spaces_hours")
        ),
        sa.CheckConstraint("0 <= buffer_min", name=op.f("ck_spaces_buffer")),
        sa.ForeignKeyConstraint(["parent_id"], ["spaces.id"], name="fk_spaces_parent_id_spaces"),
        sa.ForeignKeyConstraint(["lock_id"], ["locks.id"], name="fk_spaces_lock_id_locks"),
        sa.PrimaryKeyConstraint("id", name="pk_spaces"),
    )
    op.create_index("ix_spaces_parent_id", "spaces", ["parent_id"])


def _claims() -> None:
    op.create_table(
        "claims",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("space_id", sa.String(length=32), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("kind", _words("booking", "closure", name="claimkind"), nullable=False),
        sa.Column("source_id", sa.String(length=32), nullable=False),
        sa.Column("released_at", INSTANT, nullable=True),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_claims_span")),
        sa.ForeignKeyConstraint(["space_id"], ["spaces.id"], name="fk_claims_space_id_spaces"),
        sa.PrimaryKeyConstraint("id", name="pk_claims"),
    )
    op.create_index("ix_claims_place", "claims", ["space_id", "place", "starts_at"])
    op.create_index("ix_claims_source", "claims", ["kind", "source_id"])


def _bookings() -> None:
    op.create_table(
        "bookings",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("space_id", sa.String(length=32), nullable=False),
        sa.Column("member_id", sa.String(length=32), nullable=False),
        sa.Column("state", _words("CONFIRMED", "CANCELLED", "RELEASED", name="bookingstate"), nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("booked_at", INSTANT, nullable=False),
        sa.Column("checked_in_at", INSTANT, nullable=True),
        sa.Column("cancelled_at", INSTANT, nullable=True),
        sa.Column("released_at", INSTANT, nullable=True),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_bookings_span")),
        sa.CheckConstraint("(state = 'CANCELLED') = (cancelled_at IS NOT NULL)", name=op.f("ck_bookings_cancelled")),
        sa.CheckConstraint("(state = 'RELEASED') = (released_at IS NOT NULL)", name=op.f("ck_bookings_released")),
        sa.ForeignKeyConstraint(["space_id"], ["spaces.id"], name="fk_bookings_space_id_spaces"),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name="fk_bookings_member_id_members"),
        sa.PrimaryKeyConstraint("id", name="pk_bookings"),
    )
    op.create_index("ix_bookings_member", "bookings", ["member_id", "starts_at"])
    op.create_index("ix_bookings_space", "bookings", ["space_id", "starts_at"])


def _claims_never_overlap() -> None:
    """Whoever writes them, and however they come to be: a new row, a moved one, one taken back from release."""
    statements = _ON_POSTGRESQL if op.get_bind().dialect.name == "postgresql" else _ON_SQLITE
    for statement in statements:
        op.execute(statement)


def _grants_by_booking() -> None:
    check, sources = op.f("ck_access_grants_grantsource"), "source IN ('rental', 'booking')"
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(check, "access_grants", type_="check")
        op.create_check_constraint(check, "access_grants", sources)
        return
    with op.batch_alter_table("access_grants") as table:  # made anew, and without the CHECK it had
        table.create_check_constraint(check, sources)


def _words(*words: str, name: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)


# Instants are kept by SQLite as text of one length, so that they compare as they follow one another.
_OVERLAP = """
    CREATE TRIGGER claims_never_overlap_{when} BEFORE {act} ON claims
    WHEN NEW.released_at IS NULL AND EXISTS (
        SELECT 1 FROM claims
        WHERE space_id = NEW.space_id AND place = NEW.place AND released_at IS NULL AND id <> NEW.id
          AND starts_at < NEW.ends_at AND ends_at > NEW.starts_at
    )
    BEGIN SELECT RAISE(ABORT, 'claims overlap'); END
"""

_ON_SQLITE = (_OVERLAP.format(when="insert", act="INSERT"), _OVERLAP.format(when="update", act="UPDATE"))

_ON_POSTGRESQL = (
    "CREATE EXTENSION IF NOT EXISTS btree_gist",
    """
    ALTER TABLE claims ADD CONSTRAINT claims_never_overlap EXCLUDE USING gist
        (space_id WITH =, place WITH =, tstzrange(starts_at, ends_at) WITH &&) WHERE (released_at IS NULL)
    """,
)
