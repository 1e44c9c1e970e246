"""PINs, cards and kiosks: what people without a phone come in with, and how often somebody may guess."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

INSTANT = sa.DateTime(timezone=True)
ID = sa.String(length=32)
HASH = sa.String(length=64)


def upgrade() -> None:
    """From 0007. Rentals that run have no PIN until their holder makes one."""
    _credentials()
    _kiosks()
    _tries()


def _credentials() -> None:
    op.create_table(
        "pins",
        sa.Column(
            "of",
            sa.Enum("rental", "member", name="pinof", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("of_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("hash", sa.String(length=200), nullable=False),
        sa.Column("pepper", sa.String(length=16), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("of", "of_id", name="pk_pins"),
        sa.UniqueConstraint("id", name="uq_pins_id"),
    )
    op.create_table(
        "cards",
        sa.Column("id", ID, nullable=False),
        sa.Column("member_id", ID, nullable=False),
        sa.Column("number_hash", HASH, nullable=False),
        sa.Column("pepper", sa.String(length=16), nullable=False),
        sa.Column("label", HASH, nullable=False),
        sa.Column("registered_at", INSTANT, nullable=False),
        sa.Column("blocked_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name="fk_cards_member_id_members"),
        sa.PrimaryKeyConstraint("id", name="pk_cards"),
        sa.UniqueConstraint("number_hash", name="uq_cards_number_hash"),
    )
    op.create_index("ix_cards_member_id", "cards", ["member_id"])


def _kiosks() -> None:
    op.create_table(
        "kiosks",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("bank_id", ID, nullable=True),
        sa.Column("token_hash", HASH, nullable=False),
        sa.Column("registered_at", INSTANT, nullable=False),
        sa.Column("seen_at", INSTANT, nullable=True),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["bank_id"], ["banks.id"], name="fk_kiosks_bank_id_banks"),
        sa.PrimaryKeyConstraint("id", name="pk_kiosks"),
        sa.UniqueConstraint("token_hash", name="uq_kiosks_token_hash"),
    )
    op.create_table(
        "kiosk_visits",
        sa.Column("token_hash", HASH, nullable=False),
        sa.Column("kiosk_id", ID, nullable=False),
        sa.Column("member_id", ID, nullable=False),
        sa.Column("rental_id", ID, nullable=True),
        sa.Column("card_id", ID, nullable=True),
        sa.Column("pin_id", ID, nullable=False),
        sa.Column("began_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT, nullable=False),
        sa.Column("idle_s", sa.Integer(), nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["kiosk_id"], ["kiosks.id"], name="fk_kiosk_visits_kiosk_id_kiosks"),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name="fk_kiosk_visits_member_id_members"),
        sa.ForeignKeyConstraint(["rental_id"], ["rentals.id"], name="fk_kiosk_visits_rental_id_rentals"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_kiosk_visits"),
    )
    op.create_index("ix_kiosk_visits_kiosk_id", "kiosk_visits", ["kiosk_id"])


def _tries() -> None:
    op.create_table(
        "kiosk_tries",
        sa.Column("id", ID, nullable=False),
        sa.Column("kiosk_id", ID, nullable=False),
        sa.Column("subject", HASH, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("forgiven", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["kiosk_id"], ["kiosks.id"], name="fk_kiosk_tries_kiosk_id_kiosks"),
        sa.PrimaryKeyConstraint("id", name="pk_kiosk_tries"),
    )
    op.create_index("ix_kiosk_tries_subject", "kiosk_tries", ["subject", "at"])
    op.create_index("ix_kiosk_tries_at", "kiosk_tries", ["at"])
