"""How many compartments a member rents at once is for the rules to say; they count behind the member's row."""

from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """One each, as before, until a manager sets another rule."""
    op.drop_index("uq_rentals_member", "rentals")
