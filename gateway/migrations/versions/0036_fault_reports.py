"""Members' fault reports, and their photos."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"

_INSTANT = sa.DateTime(timezone=True)
_ID = sa.String(length=32)


def upgrade() -> None:
    """From 0035: nobody has reported anything yet."""
    op.create_table(
        "fault_reports",
        sa.Column("id", _ID, nullable=False),
        sa.Column("member_id", _ID, nullable=False),
        sa.Column("about", _words("locker", "space", "door", "kiosk", "elsewhere", name="about"), nullable=False),
        sa.Column("thing_id", _ID, nullable=True),
        sa.Column("wrong", _words(*_WRONG, name="wrong"), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("state", _words("RECEIVED", "LOOKED_AT", "MENDED", "CLOSED", name="reportstate"), nullable=False),
        sa.Column("reported_at", _INSTANT, nullable=False),
        sa.Column("answer", sa.String(length=200), server_default=sa.text("''"), nullable=False),
        sa.Column("answered_at", _INSTANT, nullable=True),
        sa.Column("over_at", _INSTANT, nullable=True),
        sa.Column("work_order_id", _ID, nullable=True),
        sa.CheckConstraint(
            "(state IN ('MENDED', 'CLOSED')) = (over_at IS NOT NULL)", name=op.f("ck_fault_reports_over")
        ),
        sa.CheckConstraint("(state = 'RECEIVED') = (answered_at IS NULL)", name=op.f("ck_fault_reports_answered")),
        sa.CheckConstraint("thing_id IS NOT NULL OR about = 'elsewhere'", name=op.f("ck_fault_reports_thing")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name="fk_fault_reports_member_id_members"),
        sa.PrimaryKeyConstraint("id", name="pk_fault_reports"),
    )
    op.create_index("ix_fault_reports_member", "fault_reports", ["member_id", "reported_at"])
    op.create_index("ix_fault_reports_thing", "fault_reports", ["about", "thing_id"])
    op.create_index("ix_fault_reports_state", "fault_reports", ["state", "reported_at"])
    op.create_table(
        "report_photos",
        sa.Column("report_id", _ID, nullable=False),
        sa.Column("jpeg", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["fault_reports.id"], name="fk_report_photos_report_id_fault_reports"),
        sa.PrimaryKeyConstraint("report_id", name="pk_report_photos"),
    )


_WRONG = ("will_not_open", "will_not_shut", "broken", "dirty", "no_light", "water", "other")


def _words(*words: str, name: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)
