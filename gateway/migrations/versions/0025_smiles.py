"""How it was, say those who leave a kiosk."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"

_MOOD = sa.Enum("good", "fair", "poor", native_enum=False, create_constraint=True, length=32, name="mood")


def upgrade() -> None:
    """From 0021."""
    op.create_table(
        "kiosk_smiles",
        sa.Column("kiosk_id", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("mood", _MOOD, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["kiosk_id"], ["kiosks.id"], name="fk_kiosk_smiles_kiosk_id_kiosks"),
        sa.PrimaryKeyConstraint("kiosk_id", "day", "mood", name="pk_kiosk_smiles"),
    )
