"""Alerts, and what each is about."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """From 0004."""
    _alerts()
    _links()


def _alerts() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=48), nullable=False),
        sa.Column("thing", sa.String(length=64), nullable=False),
        sa.Column("severity", _words("info", "warning", "alarm", name="severity"), nullable=False),
        sa.Column("state", _words("OPEN", "ACKNOWLEDGED", "SHELVED", "CLEARED", name="alertstate"), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("since_at", INSTANT, nullable=False),
        sa.Column("raised_at", INSTANT, nullable=False),
        sa.Column("last_at", INSTANT, nullable=False),
        sa.Column("over_at", INSTANT, nullable=True),
        sa.Column("waiting_since", INSTANT, nullable=False),
        sa.Column("escalated_at", INSTANT, nullable=True),
        sa.Column("acknowledged_at", INSTANT, nullable=True),
        sa.Column("acknowledged_by_id", sa.String(length=32), nullable=True),
        sa.Column("shelved_until", INSTANT, nullable=True),
        sa.Column("cleared_at", INSTANT, nullable=True),
        sa.Column("cleared_by_id", sa.String(length=32), nullable=True),
        sa.CheckConstraint("(state = 'CLEARED') = (cleared_at IS NOT NULL)", name=op.f("ck_alerts_cleared")),
        sa.CheckConstraint("(state = 'SHELVED') = (shelved_until IS NOT NULL)", name=op.f("ck_alerts_shelved")),
        sa.CheckConstraint("count >= 1", name=op.f("ck_alerts_count")),
        sa.ForeignKeyConstraint(["acknowledged_by_id"], ["members.id"], name="fk_alerts_acknowledged_by_id_members"),
        sa.ForeignKeyConstraint(["cleared_by_id"], ["members.id"], name="fk_alerts_cleared_by_id_members"),
        sa.PrimaryKeyConstraint("id", name="pk_alerts"),
    )
    op.create_index("ix_alerts_raised", "alerts", ["raised_at", "id"])
    op.create_index("ix_alerts_thing", "alerts", ["thing", "kind", "cleared_at"])
    op.create_index(
        "uq_alerts_standing",
        "alerts",
        ["kind", "thing"],
        unique=True,
        sqlite_where=sa.text("cleared_at IS NULL"),
        postgresql_where=sa.text("cleared_at IS NULL"),
    )


def _links() -> None:
    op.create_table(
        "alert_links",
        sa.Column("alert_id", sa.String(length=32), nullable=False),
        sa.Column("what", sa.String(length=16), nullable=False),
        sa.Column("ref", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name="fk_alert_links_alert_id_alerts"),
        sa.PrimaryKeyConstraint("alert_id", "what", "ref", name="pk_alert_links"),
    )
    op.create_index("ix_alert_links_ref", "alert_links", ["ref"])


def _words(*words: str, name: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)
