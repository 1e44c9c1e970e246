"""Which notices only tell what has happened."""

from typing import Final

NEWS: Final = frozenset(
    {
        "activity_is_off",
        "activity_place_yours",
        "activity_soon",
        "assignment_withdrawn",
        "ballot_called_off",
        "ballot_lost",
        "ballot_lost_waiting",
        "ballot_won",
        "booking_released",
        "cancelled_for_maintenance",
        "cancelled_for_you",
        "appeal_accepted",
        "appeal_refused",
        "card_registered",
        "credit_forgiven",
        "credit_taken",
        "kiosk_pin_reset",
        "opened_by_staff",
        "password_reset",
        "passkey_added",
        "token_made",
        "passkey_copied",
        "phone_registered",
        "pin_reset",
        "released_by_staff",
        "report_closed",
        "report_looked_at",
        "report_mended",
        "room_opened_by_staff",
    }
)
"""Their reader may put them away. All others stand as long as they are so: somebody must act, or may still ask."""
