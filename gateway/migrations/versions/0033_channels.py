"""Channels out of the house, what is to be told through them, and the messages on their way."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"

_INSTANT = sa.DateTime(timezone=True)
_ID = sa.String(length=32)


def upgrade() -> None:
    """From 0032: nothing leaves the house yet."""
    _channels()
    _deliveries()
    _tellings()


def _channels() -> None:
    op.create_table(
        "channels",
        sa.Column("id", _ID, nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("goes_to", sa.String(length=128), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=True),
        sa.Column("language", _words("zh-CN", "en", name="language"), nullable=False),
        sa.Column("from_severity", _words("info", "warning", "alarm", name="severity"), nullable=False),
        sa.Column("hears_escalated", sa.Boolean(), nullable=False),
        sa.Column("quiet_from_min", sa.Integer(), nullable=True),
        sa.Column("quiet_until_min", sa.Integer(), nullable=True),
        sa.Column("made_at", _INSTANT, nullable=False),
        sa.Column("failing_since", _INSTANT, nullable=True),
        sa.Column("removed_at", _INSTANT, nullable=True),
        sa.CheckConstraint("(quiet_from_min IS NULL) = (quiet_until_min IS NULL)", name=op.f("ck_channels_quiet")),
        sa.CheckConstraint("(removed_at IS NULL) = (sealed IS NOT NULL)", name=op.f("ck_channels_sealed")),
        sa.PrimaryKeyConstraint("id", name="pk_channels"),
    )


def _deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", _ID, nullable=False),
        sa.Column("channel_id", _ID, nullable=False),
        sa.Column("state", _words("WAITING", "SENT", "GIVEN_UP", name="deliverystate"), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("made_at", _INSTANT, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try_at", _INSTANT, nullable=False),
        sa.Column("failed_with", sa.String(length=200), nullable=False),
        sa.Column("sent_at", _INSTANT, nullable=True),
        sa.CheckConstraint("(state = 'SENT') = (sent_at IS NOT NULL)", name=op.f("ck_deliveries_sent")),
        sa.ForeignKeyConstraint(["channel_id"], ["channels.id"], name="fk_deliveries_channel_id_channels"),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
    )
    op.create_index("ix_deliveries_channel", "deliveries", ["channel_id", "made_at"])
    op.create_index(
        "ix_deliveries_waiting",
        "deliveries",
        ["next_try_at"],
        sqlite_where=sa.text("state = 'WAITING'"),
        postgresql_where=sa.text("state = 'WAITING'"),
    )


def _tellings() -> None:
    op.create_table(
        "tellings",
        sa.Column("id", _ID, nullable=False),
        sa.Column("channel_id", _ID, nullable=False),
        sa.Column("alert_id", _ID, nullable=False),
        sa.Column("why", _words("raised", "again", "escalated", "over", name="why"), nullable=False),
        sa.Column("keeps_quiet", sa.Boolean(), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("delivery_id", _ID, nullable=True),
        sa.Column("told_count", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["channel_id"], ["channels.id"], name="fk_tellings_channel_id_channels"),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name="fk_tellings_alert_id_alerts"),
        sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"], name="fk_tellings_delivery_id_deliveries"),
        sa.PrimaryKeyConstraint("id", name="pk_tellings"),
    )
    op.create_index("ix_tellings_alert", "tellings", ["alert_id", "channel_id"])
    op.create_index("ix_tellings_delivery", "tellings", ["delivery_id"])
    op.create_index(
        "uq_tellings_waiting",
        "tellings",
        ["channel_id", "alert_id", "why"],
        unique=True,
        sqlite_where=sa.text("delivery_id IS NULL"),
        postgresql_where=sa.text("delivery_id IS NULL"),
    )


def _words(*words: str, name: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)
