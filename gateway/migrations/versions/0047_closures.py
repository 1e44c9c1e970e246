"""Why staff closed a space, and when they opened it again."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"

_INSTANT = sa.DateTime(timezone=True)
_ID = sa.String(length=32)


def upgrade() -> None:
    """From 0046: what the trail says of the closures of before is written down beside their claims."""
    op.create_table(
        "closures",
        sa.Column("id", _ID, nullable=False),
        sa.Column("space_id", _ID, nullable=False),
        sa.Column("starts_at", _INSTANT, nullable=False),
        sa.Column("ends_at", _INSTANT, nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("made_at", _INSTANT, nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("reopened_at", _INSTANT, nullable=True),
        sa.Column("reopened_by", sa.String(length=64), nullable=True),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_closures_span")),
        sa.CheckConstraint("(reopened_at IS NULL) = (reopened_by IS NULL)", name=op.f("ck_closures_reopened")),
        sa.ForeignKeyConstraint(["space_id"], ["spaces.id"], name="fk_closures_space_id_spaces"),
        sa.PrimaryKeyConstraint("id", name="pk_closures"),
    )
    op.create_index("ix_closures_space", "closures", ["space_id", "ends_at"])
    _carry_over()


_MADE = sa.text(
    "INSERT INTO closures (id, space_id, starts_at, ends_at, reason, made_at, made_by)"
    " SELECT CAST(:id AS VARCHAR(32)), entry.thing, MIN(claims.starts_at), MAX(claims.ends_at),"
    " CAST(:reason AS VARCHAR(64)), entry.at, entry.actor"
    " FROM audit_entries AS entry JOIN claims ON claims.kind = 'closure' AND claims.source_id = :id"
    " WHERE entry.seq = :seq GROUP BY entry.thing, entry.at, entry.actor"
)
_REOPENED = sa.text(
    "UPDATE closures SET reopened_at = (SELECT at FROM audit_entries WHERE seq = :seq),"
    " reopened_by = (SELECT actor FROM audit_entries WHERE seq = :seq) WHERE id = :id"
)
_TOLD = sa.text(
    "SELECT seq, act, detail FROM audit_entries WHERE act IN ('space_closed', 'space_reopened') ORDER BY seq"
)


def _carry_over() -> None:
    connection = op.get_bind()
    for seq, act, detail in connection.execute(_TOLD).all():
        facts = json.loads(detail)
        if act == "space_closed":
            connection.execute(_MADE, {"seq": seq, "id": facts["closure"], "reason": facts["reason"]})
        else:
            connection.execute(_REOPENED, {"seq": seq, "id": facts["closure"]})
