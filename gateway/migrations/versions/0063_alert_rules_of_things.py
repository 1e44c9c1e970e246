"""A rule of alerts may be of one thing, says how long it may be left alone, and may be raised by a level that falls."""

from collections.abc import Mapping
from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0063"
down_revision = "0062"

_SEVERITY = sa.Enum("info", "warning", "alarm", name="severity", native_enum=False, create_constraint=True, length=32)
_LAYER = sa.Enum("centre", "zone", "thing", name="layer", native_enum=False, create_constraint=True, length=32)
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

# How many minutes each kind was left alone until now, not named: for ever; and the levels that could not be set.
_MINUTES: Final = {
    "ajar": 30,
    "backup_old": 24 * 60,
    "board_dead": 15,
    "broker_away": 15,
    "call_staff": 5,
    "channel_failing": 60,
    "clock_unsynchronised": 24 * 60,
    "clock_wrong": 30,
    "crowded": 15,
    "database_slow": 4 * 60,
    "device_silent": 15,
    "disk_nearly_full": 30,
    "door_unsure": 30,
    "forced": 10,
    "jammed": 60,
    "key_switch_on": 30,
    "kiosk_silent": 4 * 60,
    "leak": 10,
    "log_went_back": 30,
    "message_given_up": 60,
    "reader_dead": 4 * 60,
    "readings_refused": 60,
    "second_key_fault": 60,
    "sensor_alarm": 5,
    "sensor_silent": 4 * 60,
    "tamper": 10,
    "wrong_codes": 30,
}
_RAISED: Final = {"battery_low": 15, "disk_nearly_full": 400}
_OVER: Final = {"battery_low": 25, "disk_nearly_full": 600}


def upgrade() -> None:
    """From 0062: what a centre had set stays, and is raised and escalated as it was."""
    is_on_postgresql = op.get_bind().dialect.name == "postgresql"
    op.rename_table("alert_rules", "alert_rules_before")
    if is_on_postgresql:  # there its name is the whole schema's
        op.drop_constraint("pk_alert_rules", "alert_rules_before")
    op.create_table(
        "alert_rules",
        sa.Column("kind", sa.String(length=48), nullable=False),
        sa.Column("layer", _LAYER, nullable=False),
        sa.Column("scope", sa.String(length=64), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("severity", _SEVERITY, nullable=False),
        sa.Column("raise_at", sa.Double(), nullable=False),
        sa.Column("clear_at", sa.Double(), nullable=False),
        sa.Column("hold_s", sa.Integer(), nullable=False),
        sa.Column("escalate_after_s", sa.Integer(), nullable=True),
        sa.Column("keeps_quiet", sa.Boolean(), nullable=False),
        sa.Column("quiet_from_min", sa.Integer(), nullable=True),
        sa.Column("quiet_until_min", sa.Integer(), nullable=True),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(layer = 'centre') = (scope = '')", name=op.f("ck_alert_rules_scope")),
        sa.CheckConstraint("hold_s >= 0", name=op.f("ck_alert_rules_hold")),
        sa.CheckConstraint("escalate_after_s > 0", name=op.f("ck_alert_rules_escalation")),
        sa.CheckConstraint("(quiet_from_min IS NULL) = (quiet_until_min IS NULL)", name=op.f("ck_alert_rules_quiet")),
        sa.CheckConstraint("keeps_quiet OR quiet_from_min IS NULL", name=op.f("ck_alert_rules_hours")),
        sa.PrimaryKeyConstraint("kind", "layer", "scope", name=op.f("pk_alert_rules")),
    )
    op.execute(
        "INSERT INTO alert_rules SELECT kind, CASE zone_id WHEN '' THEN 'centre' ELSE 'zone' END, zone_id, is_on,"  # noqa: S608 - values of our own
        f" severity, {_by_kind(_RAISED, 'raise_at')}, {_by_kind(_OVER, 'clear_below')}, hold_s,"
        f" {_by_kind(_MINUTES, 'NULL')} * 60, keeps_quiet, quiet_from_min, quiet_until_min, set_at"
        " FROM alert_rules_before"
    )
    op.drop_table("alert_rules_before")  # with its triggers
    if is_on_postgresql:
        op.execute(_ON_POSTGRESQL)
        return
    for act in ("INSERT", "UPDATE", "DELETE"):
        op.execute(_ON_SQLITE.format(act=act))


def _by_kind(values: Mapping[str, int], other: str) -> str:
    cases = " ".join(f"WHEN '{kind}' THEN {value}" for kind, value in values.items())
    return f"CASE kind {cases} ELSE {other} END"
