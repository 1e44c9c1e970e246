"""The rules by which alerts are raised become a centre's own to change; they are among those that have an edition."""

import sqlalchemy as sa
from alembic import op

revision = "0059"
down_revision = "0058"

_SEVERITY = sa.Enum("info", "warning", "alarm", name="severity", native_enum=False, create_constraint=True, length=32)
_ON_SQLITE = """
    CREATE TRIGGER alert_rules_make_another_edition_{act} AFTER {act} ON alert_rules
    BEGIN
        DELETE FROM editions;
        INSERT INTO editions (id, name) VALUES (1, lower(hex(randomblob(16))));
    END
"""
_ON_POSTGRESQL = """
    CREATE TRIGGER alert_rules_make_another_edition AFTER INSERT OR UPDATE OR DELETE ON alert_rules
    FOR EACH STATEMENT EXECUTE FUNCTION make_another_edition()
"""


def upgrade() -> None:
    """From 0058: every rule is the house's."""
    op.create_table(
        "alert_rules",
        sa.Column("kind", sa.String(length=48), nullable=False),
        sa.Column("zone_id", sa.String(length=32), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("severity", _SEVERITY, nullable=False),
        sa.Column("raise_at", sa.Double(), nullable=False),
        sa.Column("clear_below", sa.Double(), nullable=False),
        sa.Column("hold_s", sa.Integer(), nullable=False),
        sa.Column("keeps_quiet", sa.Boolean(), nullable=False),
        sa.Column("quiet_from_min", sa.Integer(), nullable=True),
        sa.Column("quiet_until_min", sa.Integer(), nullable=True),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("clear_below <= raise_at", name=op.f("ck_alert_rules_levels")),
        sa.CheckConstraint("hold_s >= 0", name=op.f("ck_alert_rules_hold")),
        sa.CheckConstraint("(quiet_from_min IS NULL) = (quiet_until_min IS NULL)", name=op.f("ck_alert_rules_quiet")),
        sa.CheckConstraint("keeps_quiet OR quiet_from_min IS NULL", name=op.f("ck_alert_rules_hours")),
        sa.PrimaryKeyConstraint("kind", "zone_id", name=op.f("pk_alert_rules")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(_ON_POSTGRESQL)
        return
    for act in ("INSERT", "UPDATE", "DELETE"):
        op.execute(_ON_SQLITE.format(act=act))
