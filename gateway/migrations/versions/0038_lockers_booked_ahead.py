"""Lockers that are booked ahead: spaces that are compartments, and the rental that a booking became."""

from alembic import op

from gateway.migrations import words

revision = "0038"
down_revision = "0037"


def upgrade() -> None:
    """From 0037: no compartment is booked ahead."""
    kinds = ("room", "court", "seat", "equipment")
    words.widen_in_place("spaces", "kind", "ck_spaces_spacekind", before=kinds, after=(*kinds, "locker"))
    modes = ("free_choice", "time_limited", "kept_until_released", "fixed")
    words.widen_in_place("banks", "mode", "ck_banks_mode", before=modes, after=(*modes, "bookable"))
    words.widen_in_place("compartments", "own_mode", "ck_compartments_mode", before=modes, after=(*modes, "bookable"))
    op.execute(
        "ALTER TABLE bookings ADD COLUMN rental_id VARCHAR(32) CONSTRAINT fk_bookings_rental_id_rentals"
        " REFERENCES rentals (id)"
    )
    op.create_index("ix_bookings_rental_id", "bookings", ["rental_id"])
