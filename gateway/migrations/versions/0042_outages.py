"""Spaces out of order, and what is offered to those who had booked them."""

import sqlalchemy as sa
from alembic import op

from gateway.migrations import words

revision = "0042"
down_revision = "0041"

_INSTANT = sa.DateTime(timezone=True)
_ID = sa.String(length=32)


def upgrade() -> None:
    """From 0041: nothing is out of order."""
    before = ("booking", "ballot", "closure")
    words.widen("claims", "kind", "ck_claims_claimkind", before=before, after=(*before, "maintenance"))
    op.create_table(
        "outages",
        sa.Column("id", _ID, nullable=False),
        sa.Column("space_id", _ID, nullable=False),
        sa.Column("starts_at", _INSTANT, nullable=False),
        sa.Column("ends_at", _INSTANT, nullable=True),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("begun_at", _INSTANT, nullable=False),
        sa.Column("ended_at", _INSTANT, nullable=True),
        sa.CheckConstraint("ends_at IS NULL OR starts_at < ends_at", name=op.f("ck_outages_span")),
        sa.ForeignKeyConstraint(["space_id"], ["spaces.id"], name="fk_outages_space_id_spaces"),
        sa.PrimaryKeyConstraint("id", name="pk_outages"),
    )
    op.create_index("ix_outages_standing", "outages", ["space_id", "ended_at"])
    _offers()


def _offers() -> None:
    states = ("OPEN", "TAKEN", "DECLINED", "LAPSED", "WITHDRAWN")
    op.create_table(
        "move_offers",
        sa.Column("id", _ID, nullable=False),
        sa.Column("booking_id", _ID, nullable=False),
        sa.Column("outage_id", _ID, nullable=False),
        sa.Column("member_id", _ID, nullable=False),
        sa.Column("state", _words(*states, name="offerstate"), nullable=False),
        sa.Column("made_at", _INSTANT, nullable=False),
        sa.Column("until_at", _INSTANT, nullable=False),
        sa.Column("settled_at", _INSTANT, nullable=True),
        sa.CheckConstraint("(state = 'OPEN') = (settled_at IS NULL)", name=op.f("ck_move_offers_settled")),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name="fk_move_offers_booking_id_bookings"),
        sa.ForeignKeyConstraint(["outage_id"], ["outages.id"], name="fk_move_offers_outage_id_outages"),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name="fk_move_offers_member_id_members"),
        sa.PrimaryKeyConstraint("id", name="pk_move_offers"),
    )
    op.create_index("ix_move_offers_member_id", "move_offers", ["member_id"])
    op.create_index(
        "uq_move_offers_open",
        "move_offers",
        ["booking_id"],
        unique=True,
        sqlite_where=sa.text("settled_at IS NULL"),
        postgresql_where=sa.text("settled_at IS NULL"),
    )
    op.create_table(
        "move_options",
        sa.Column("id", _ID, nullable=False),
        sa.Column("offer_id", _ID, nullable=False),
        sa.Column("space_id", _ID, nullable=False),
        sa.Column("starts_at", _INSTANT, nullable=False),
        sa.Column("ends_at", _INSTANT, nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_move_options_span")),
        sa.ForeignKeyConstraint(["offer_id"], ["move_offers.id"], name="fk_move_options_offer_id_move_offers"),
        sa.ForeignKeyConstraint(["space_id"], ["spaces.id"], name="fk_move_options_space_id_spaces"),
        sa.PrimaryKeyConstraint("id", name="pk_move_options"),
    )
    op.create_index("ix_move_options_offer_id", "move_options", ["offer_id"])


def _words(*words: str, name: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)
