"""Phones that show passes, and the visits that a pass begins."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"

_INSTANT = sa.DateTime(timezone=True)
_ID = sa.String(length=32)
_HASH = sa.String(length=64)


def upgrade() -> None:
    """From 0034. Whoever stands before a kiosk just now says once more who they are: visits last half an hour."""
    op.create_table(
        "phones",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("session_hash", _HASH, nullable=False),
        sa.Column("public_key", sa.String(length=88), nullable=False),
        sa.Column("label", _HASH, nullable=False),
        sa.Column("registered_at", _INSTANT, nullable=False),
        sa.Column("last_pass_at", _INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["session_hash"],
            ["member_sessions.token_hash"],
            name="fk_phones_session_hash_member_sessions",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_phones"),
        sa.UniqueConstraint("session_hash", name="uq_phones_session_hash"),
    )
    op.drop_table("kiosk_visits")
    op.create_table(
        "kiosk_visits",
        sa.Column("token_hash", _HASH, nullable=False),
        sa.Column("kiosk_id", _ID, nullable=False),
        sa.Column("member_id", _ID, nullable=False),
        sa.Column("rental_id", _ID, nullable=True),
        sa.Column("card_id", _ID, nullable=True),
        sa.Column("phone_id", sa.String(length=16), nullable=True),
        sa.Column("pin_id", _ID, nullable=True),
        sa.Column("began_at", _INSTANT, nullable=False),
        sa.Column("used_at", _INSTANT, nullable=False),
        sa.Column("idle_s", sa.Integer(), nullable=False),
        sa.Column("ends_at", _INSTANT, nullable=False),
        sa.CheckConstraint("(phone_id IS NULL) = (pin_id IS NOT NULL)", name=op.f("ck_kiosk_visits_proof")),
        sa.ForeignKeyConstraint(["kiosk_id"], ["kiosks.id"], name="fk_kiosk_visits_kiosk_id_kiosks"),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name="fk_kiosk_visits_member_id_members"),
        sa.ForeignKeyConstraint(["rental_id"], ["rentals.id"], name="fk_kiosk_visits_rental_id_rentals"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_kiosk_visits"),
    )
    op.create_index("ix_kiosk_visits_kiosk_id", "kiosk_visits", ["kiosk_id"])
