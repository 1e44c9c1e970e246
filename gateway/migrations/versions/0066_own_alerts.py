"""A centre makes kinds of alert of its own; they are among what has an edition."""

import sqlalchemy as sa
from alembic import op

revision = "0066"
down_revision = "0065"

_ON_SQLITE = """
    CREATE TRIGGER alert_kinds_make_another_edition_{act} AFTER {act} ON alert_kinds
    BEGIN
        DELETE FROM editions;
        INSERT INTO editions (id, name) VALUES (1, lower(hex(randomblob(16))));
    END
"""
_ON_POSTGRESQL = """
    CREATE TRIGGER alert_kinds_make_another_edition AFTER INSERT OR UPDATE OR DELETE ON alert_kinds
    FOR EACH STATEMENT EXECUTE FUNCTION make_another_edition()
"""


def upgrade() -> None:
    """From 0065: every kind is the house's."""
    op.create_table(
        "alert_kinds",
        sa.Column("kind", sa.String(length=48), nullable=False),
        sa.Column("metric", sa.String(length=32), nullable=False),
        sa.Column("falls", sa.Boolean(), nullable=False),
        sa.Column("name_zh", sa.String(length=64), nullable=False),
        sa.Column("name_en", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_alert_kinds")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(_ON_POSTGRESQL)
        return
    for act in ("INSERT", "UPDATE", "DELETE"):
        op.execute(_ON_SQLITE.format(act=act))
