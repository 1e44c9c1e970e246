"""Assets, plans to look after them, and work orders."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"

_INSTANT = sa.DateTime(timezone=True)
_ID = sa.String(length=32)
_KINDS = ("compartment_door", "room_door", "space", "device", "area", "kiosk", "machine", "fan", "other")
_COUNTERS = ("cycles", "slams", "hours_booked", "hours_used", "people")


def upgrade() -> None:
    """From 0033: nobody has written down what wears out. Doors and spaces are taken up by the timetable."""
    _assets()
    _plans()
    _orders()
    _what_was_done()


def _assets() -> None:
    op.create_table(
        "assets",
        sa.Column("id", _ID, nullable=False),
        sa.Column("kind", _words(*_KINDS, name="assetkind"), nullable=False),
        sa.Column("name_zh", sa.String(length=64), nullable=False),
        sa.Column("name_en", sa.String(length=64), nullable=False),
        sa.Column("lock_id", _ID, nullable=True),
        sa.Column("space_id", _ID, nullable=True),
        sa.Column("device_id", _ID, nullable=True),
        sa.Column("zone_id", _ID, nullable=True),
        sa.Column("rated_life", sa.Integer(), nullable=True),
        sa.Column("rated_by", _words(*_COUNTERS, name="counter"), nullable=True),
        sa.Column("since_at", _INSTANT, nullable=False),
        sa.Column("retired_at", _INSTANT, nullable=True),
        sa.CheckConstraint("rated_life >= 1", name=op.f("ck_assets_rated_life")),
        sa.CheckConstraint("(rated_life IS NULL) = (rated_by IS NULL)", name=op.f("ck_assets_rated")),
        sa.ForeignKeyConstraint(["lock_id"], ["locks.id"], name="fk_assets_lock_id_locks"),
        sa.ForeignKeyConstraint(["space_id"], ["spaces.id"], name="fk_assets_space_id_spaces"),
        sa.ForeignKeyConstraint(["device_id"], ["devices.id"], name="fk_assets_device_id_devices"),
        sa.ForeignKeyConstraint(["zone_id"], ["zones.id"], name="fk_assets_zone_id_zones"),
        sa.PrimaryKeyConstraint("id", name="pk_assets"),
    )
    for what, is_it in (
        ("lock", "kind IN ('compartment_door', 'room_door')"),
        ("space", "kind = 'space'"),
        ("device", "kind IN ('device', 'kiosk')"),
        ("zone", "kind = 'area'"),
    ):
        _one(f"uq_assets_{what}", "assets", [f"{what}_id"], is_it)


def _plans() -> None:
    op.create_table(
        "maintenance_plans",
        sa.Column("id", _ID, nullable=False),
        sa.Column("asset_id", _ID, nullable=True),
        sa.Column("asset_kind", _words(*_KINDS, name="assetkind"), nullable=True),
        sa.Column("name_zh", sa.String(length=64), nullable=False),
        sa.Column("name_en", sa.String(length=64), nullable=False),
        sa.Column("every_days", sa.Integer(), nullable=True),
        sa.Column("every_uses", sa.Integer(), nullable=True),
        sa.Column("counted_in", _words(*_COUNTERS, name="counter"), nullable=True),
        sa.Column("blocks_when_due", sa.Boolean(), nullable=False),
        sa.Column("made_at", _INSTANT, nullable=False),
        sa.Column("ended_at", _INSTANT, nullable=True),
        sa.CheckConstraint("(asset_id IS NULL) <> (asset_kind IS NULL)", name=op.f("ck_maintenance_plans_of_what")),
        sa.CheckConstraint("every_days >= 1", name=op.f("ck_maintenance_plans_every_days")),
        sa.CheckConstraint("every_uses >= 1", name=op.f("ck_maintenance_plans_every_uses")),
        sa.CheckConstraint("(every_uses IS NULL) = (counted_in IS NULL)", name=op.f("ck_maintenance_plans_counted")),
        sa.CheckConstraint(
            "every_days IS NOT NULL OR every_uses IS NOT NULL", name=op.f("ck_maintenance_plans_comes_round")
        ),
        sa.ForeignKeyConstraint(["asset_id"], ["assets.id"], name="fk_maintenance_plans_asset_id_assets"),
        sa.PrimaryKeyConstraint("id", name="pk_maintenance_plans"),
    )
    op.create_index("ix_maintenance_plans_asset_id", "maintenance_plans", ["asset_id"])


def _orders() -> None:
    op.create_table(
        "work_orders",
        sa.Column("id", _ID, nullable=False),
        sa.Column("asset_id", _ID, nullable=False),
        sa.Column("kind", _words("repair", "service", "inspection", name="orderkind"), nullable=False),
        sa.Column(
            "state", _words("OPEN", "ASSIGNED", "WAITING", "DONE", "CANCELLED", name="orderstate"), nullable=False
        ),
        sa.Column("priority", _words("low", "normal", "high", "urgent", name="priority"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column(
            "opened_by", _words("hand", "alert", "report", "plan", "prediction", name="openedby"), nullable=False
        ),
        sa.Column("opened_by_id", _ID, nullable=True),
        sa.Column("plan_id", _ID, nullable=True),
        sa.Column("alert_id", _ID, nullable=True),
        sa.Column("report_id", _ID, nullable=True),
        sa.Column("blocks", sa.Boolean(), nullable=False),
        sa.Column("due_at", _INSTANT, nullable=True),
        sa.Column("assigned_to_id", _ID, nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("opened_at", _INSTANT, nullable=False),
        sa.Column("closed_at", _INSTANT, nullable=True),
        sa.CheckConstraint(
            "(state IN ('DONE', 'CANCELLED')) = (closed_at IS NOT NULL)", name=op.f("ck_work_orders_closed")
        ),
        sa.CheckConstraint("minutes >= 0", name=op.f("ck_work_orders_minutes")),
        sa.ForeignKeyConstraint(["asset_id"], ["assets.id"], name="fk_work_orders_asset_id_assets"),
        sa.ForeignKeyConstraint(["opened_by_id"], ["members.id"], name="fk_work_orders_opened_by_id_members"),
        sa.ForeignKeyConstraint(["plan_id"], ["maintenance_plans.id"], name="fk_work_orders_plan_id_maintenance_plans"),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name="fk_work_orders_alert_id_alerts"),
        sa.ForeignKeyConstraint(["assigned_to_id"], ["members.id"], name="fk_work_orders_assigned_to_id_members"),
        sa.PrimaryKeyConstraint("id", name="pk_work_orders"),
    )
    op.create_index("ix_work_orders_opened", "work_orders", ["opened_at", "id"])
    op.create_index("ix_work_orders_asset", "work_orders", ["asset_id", "opened_at"])
    op.create_index("ix_work_orders_assigned_to_id", "work_orders", ["assigned_to_id"])
    _one("uq_work_orders_plan", "work_orders", ["plan_id", "asset_id"], "closed_at IS NULL AND plan_id IS NOT NULL")
    _one("uq_work_orders_prediction", "work_orders", ["asset_id"], "closed_at IS NULL AND opened_by = 'prediction'")
    _one("uq_work_orders_alert", "work_orders", ["alert_id"], "closed_at IS NULL AND alert_id IS NOT NULL")
    _one("uq_work_orders_report", "work_orders", ["report_id"], "closed_at IS NULL AND report_id IS NOT NULL")


def _what_was_done() -> None:
    op.create_table(
        "work_order_steps",
        sa.Column("order_id", _ID, nullable=False),
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("by_id", _ID, nullable=True),
        sa.Column("what", sa.String(length=16), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["work_orders.id"], name="fk_work_order_steps_order_id_work_orders"),
        sa.ForeignKeyConstraint(["by_id"], ["members.id"], name="fk_work_order_steps_by_id_members"),
        sa.PrimaryKeyConstraint("order_id", "no", name="pk_work_order_steps"),
    )
    op.create_table(
        "work_order_parts",
        sa.Column("order_id", _ID, nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.CheckConstraint("count >= 1", name=op.f("ck_work_order_parts_count")),
        sa.ForeignKeyConstraint(["order_id"], ["work_orders.id"], name="fk_work_order_parts_order_id_work_orders"),
        sa.PrimaryKeyConstraint("order_id", "name", name="pk_work_order_parts"),
    )


def _one(name: str, table: str, columns: list[str], which: str) -> None:
    op.create_index(name, table, columns, unique=True, sqlite_where=sa.text(which), postgresql_where=sa.text(which))


def _words(*words: str, name: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)
