"""Every door may have to open: grants and unlocks that follow from an emergency.

SQLite remakes the table of grants for it; nothing refers to that one. The column comes in plain SQL, so that its table
is not remade.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

SOURCES = ("rental", "booking", "share", "clear_out", "staff", "emergency")

_INSTANT = sa.DateTime(timezone=True)
_CHECK = "ck_access_grants_grantsource"
_INDEXES = {
    "ix_access_grants_live": ["lock_id", "member_id"],
    "ix_access_grants_source": ["source", "source_id"],
    "ix_access_grants_member": ["member_id", "source"],
}


def upgrade() -> None:
    """From 0017. Nothing of what is there changes."""
    op.execute(
        "ALTER TABLE unlocks ADD COLUMN emergency_id VARCHAR(32)"
        " CONSTRAINT fk_unlocks_emergency_id_emergencies REFERENCES emergencies (id)"
    )
    op.create_index("ix_unlocks_emergency_id", "unlocks", ["emergency_id"])
    _more_reasons_to_open()


def _more_reasons_to_open() -> None:
    choice = ", ".join(f"'{source}'" for source in SOURCES)
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE access_grants DROP CONSTRAINT {_CHECK}")
        op.execute(f"ALTER TABLE access_grants ADD CONSTRAINT {_CHECK} CHECK (source IN ({choice}))")
        return
    for index in _INDEXES:
        op.drop_index(index)
    op.rename_table("access_grants", "access_grants_before")
    op.create_table(
        "access_grants",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("lock_id", sa.String(length=32), nullable=False),
        sa.Column("member_id", sa.String(length=32), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("source_id", sa.String(length=32), nullable=False),
        sa.Column("from_at", _INSTANT, nullable=True),
        sa.Column("until_at", _INSTANT, nullable=True),
        sa.Column("ended_at", _INSTANT, nullable=True),
        sa.Column("once_after_seq", sa.Integer(), nullable=True),
        sa.CheckConstraint(f"source IN ({choice})", name=op.f(_CHECK)),
        sa.ForeignKeyConstraint(["lock_id"], ["locks.id"], name="fk_access_grants_lock_id_locks"),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name="fk_access_grants_member_id_members"),
        sa.PrimaryKeyConstraint("id", name="pk_access_grants"),
    )
    op.execute("INSERT INTO access_grants SELECT * FROM access_grants_before")
    op.drop_table("access_grants_before")
    for index, columns in _INDEXES.items():
        op.create_index(index, "access_grants", columns)
