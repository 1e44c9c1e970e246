"""The readers beside a kiosk's screen, and what was held to them last."""

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"


def upgrade() -> None:
    """From 0054: no kiosk has a reader of its own."""
    op.create_table(
        "kiosk_readers",
        sa.Column("kiosk_id", sa.String(length=32), nullable=False),
        sa.Column("device_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["kiosk_id"], ["kiosks.id"], name="fk_kiosk_readers_kiosk_id_kiosks"),
        sa.ForeignKeyConstraint(["device_id"], ["devices.id"], name="fk_kiosk_readers_device_id_devices"),
        sa.PrimaryKeyConstraint("kiosk_id", name="pk_kiosk_readers"),
        sa.UniqueConstraint("device_id", name="uq_kiosk_readers_device_id"),
    )
    op.create_table(
        "kiosk_presentations",
        sa.Column("kiosk_id", sa.String(length=32), nullable=False),
        sa.Column("handle", sa.String(length=64), nullable=False),
        sa.Column("card_hash", sa.String(length=64), nullable=True),
        sa.Column("code", sa.String(length=128), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(card_hash IS NULL) <> (code IS NULL)", name=op.f("ck_kiosk_presentations_what")),
        sa.ForeignKeyConstraint(["kiosk_id"], ["kiosks.id"], name="fk_kiosk_presentations_kiosk_id_kiosks"),
        sa.PrimaryKeyConstraint("kiosk_id", name="pk_kiosk_presentations"),
        sa.UniqueConstraint("handle", name="uq_kiosk_presentations_handle"),
    )
