"""What members say of the centre."""

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"


def upgrade() -> None:
    """From 0055: nobody has said anything yet."""
    op.create_table(
        "feedback",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("member_id", sa.String(length=32), nullable=False),
        sa.Column("space_id", sa.String(length=32), nullable=True),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("score BETWEEN 1 AND 5", name=op.f("ck_feedback_score")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name="fk_feedback_member_id_members"),
        sa.ForeignKeyConstraint(["space_id"], ["spaces.id"], name="fk_feedback_space_id_spaces"),
        sa.PrimaryKeyConstraint("id", name="pk_feedback"),
    )
    op.create_index("ix_feedback_member", "feedback", ["member_id", "given_at"])
    op.create_index("ix_feedback_given", "feedback", ["given_at", "id"])
