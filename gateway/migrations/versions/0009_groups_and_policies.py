"""Groups of members, policy rules, and how many people come along to a booking."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Nobody is in a group and no rule is set: the centre's settings alone hold, as before."""
    _groups()
    _rules()
    op.execute("ALTER TABLE bookings ADD COLUMN guests INTEGER DEFAULT '0' NOT NULL")


def _groups() -> None:
    op.create_table(
        "member_groups",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", _words("branch", "standing", name="groupkind"), nullable=False),
        sa.Column("name_zh", sa.String(length=64), nullable=False),
        sa.Column("name_en", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_member_groups"),
    )
    op.create_table(
        "memberships",
        sa.Column("group_id", sa.String(length=32), nullable=False),
        sa.Column("member_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["member_groups.id"], name="fk_memberships_group_id_member_groups"),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name="fk_memberships_member_id_members"),
        sa.PrimaryKeyConstraint("group_id", "member_id", name="pk_memberships"),
    )
    op.create_index("ix_memberships_member_id", "memberships", ["member_id"])


def _rules() -> None:
    op.create_table(
        "policy_rules",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("limited", _words(*_LIMITS, name="limit"), nullable=False),
        sa.Column("layer", _words("centre", "space_kind", "bank", "space", name="layer"), nullable=False),
        sa.Column("scope_id", sa.String(length=32), nullable=False),
        sa.Column("group_id", sa.String(length=32), nullable=True),
        sa.Column("lifts", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("peak_days", sa.String(length=7), server_default=sa.text("''"), nullable=False),
        sa.Column("peak_from_min", sa.Integer(), server_default="0", nullable=False),
        sa.Column("peak_until_min", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("0 <= value", name=op.f("ck_policy_rules_value")),
        sa.CheckConstraint("NOT lifts OR group_id IS NOT NULL", name=op.f("ck_policy_rules_lifts_a_group")),
        sa.CheckConstraint(
            "(peak_days <> '') = (peak_from_min < peak_until_min) AND peak_until_min <= 1440",
            name=op.f("ck_policy_rules_peak_hours"),
        ),
        sa.ForeignKeyConstraint(["group_id"], ["member_groups.id"], name="fk_policy_rules_group_id_member_groups"),
        sa.PrimaryKeyConstraint("id", name="pk_policy_rules"),
    )
    op.create_index("ix_policy_rules_scope", "policy_rules", ["scope_id"])


def _words(*words: str, name: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)


_LIMITS = (
    "may_use",
    "guests",
    "days_ahead",
    "opens_at",
    "min_minutes",
    "max_minutes",
    "max_days",
    "rentals_at_once",
    "most_ahead",
    "bookings_per_day",
    "minutes_per_week",
    "peak_minutes",
    "branch_peak_minutes",
    "cancel_before",
    "needs_approval",
)
