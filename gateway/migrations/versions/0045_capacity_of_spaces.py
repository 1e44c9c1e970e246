"""For how many people a space is."""

from alembic import op

revision = "0045"
down_revision = "0044"


def upgrade() -> None:
    """From 0044: nobody has said."""
    op.execute("ALTER TABLE spaces ADD COLUMN capacity INTEGER CONSTRAINT ck_spaces_capacity CHECK (capacity >= 1)")
