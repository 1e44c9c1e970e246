"""Which tables keep something about a member, and what becomes of each when the member has themselves erased.

A table that comes to refer to members and is not here fails a test: whoever adds it decides both questions.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from gateway.members.model import Role

SECRET: Final = frozenset(
    {
        "password_hash",
        "token_hash",
        "number_hash",
        "hash",
        "pepper",
        "fingerprint",
        "nonce",
        "session_hash",
        "credential_hash",
    }
)
"""Columns that are told to nobody: with them somebody could try to be the member. Their rows are told of."""

ERASED_NAME: Final = "—"
NO_HASH: Final = "!"  # the hash of nothing that anybody could type


class Fate(StrEnum):
    """What erasing does to the rows about a member."""

    DELETED = "deleted"
    ANONYMOUS = "anonymous"  # they stay: of use and openings there is a record, which leads to nobody any more


@dataclass(frozen=True)
class Kept:
    """Rows of a table that are about a member: those that name them in one of `columns`.

    `through`: or those whose `via` column has the `key` of such a row of that table. `by_audit_id`: the columns hold
    the member's random subject id.
    """

    table: str
    fate: Fate
    columns: tuple[str, ...] = ()
    via: str = ""
    through: str = ""
    key: str = "id"
    by_audit_id: bool = False
    blanked: tuple[str, ...] = field(default=())  # words of theirs, which do not stay with the rest
    untold: tuple[str, ...] = field(default=())  # what is not about them, and big


ABOUT_MEMBERS: Final = (
    Kept("members", Fate.ANONYMOUS, ("id",)),
    Kept("memberships", Fate.DELETED, ("member_id",)),
    Kept("phones", Fate.DELETED, via="session_hash", through="member_sessions", key="token_hash"),
    Kept("member_sessions", Fate.DELETED, ("member_id",)),
    Kept("passkeys", Fate.DELETED, ("member_id",)),
    Kept("tokens", Fate.DELETED, ("member_id",)),
    Kept("cards", Fate.DELETED, ("member_id",)),
    Kept("pins", Fate.DELETED, ("of_id",), via="of_id", through="rentals"),
    Kept("kiosk_visits", Fate.DELETED, ("member_id",)),
    Kept("calendar_addresses", Fate.DELETED, ("member_id",)),
    Kept("notices", Fate.DELETED, ("member_id",)),
    Kept("idempotent_answers", Fate.DELETED, ("member_id",)),
    Kept("credit_entries", Fate.DELETED, ("member_id",)),
    Kept("rentals", Fate.ANONYMOUS, ("member_id",), blanked=("note",)),
    Kept("drop_offs", Fate.ANONYMOUS, ("recipient_id",), via="rental_id", through="rentals"),
    Kept("clear_outs", Fate.ANONYMOUS, ("first_witness_id", "second_witness_id"), via="rental_id", through="rentals"),
    Kept("access_grants", Fate.ANONYMOUS, ("member_id",)),
    Kept("unlocks", Fate.ANONYMOUS, ("member_id",)),
    Kept("bookings", Fate.ANONYMOUS, ("member_id",)),
    Kept("series", Fate.ANONYMOUS, ("member_id",)),
    Kept("series_occurrences", Fate.ANONYMOUS, via="series_id", through="series"),
    Kept("move_offers", Fate.ANONYMOUS, ("member_id",)),
    Kept("move_options", Fate.ANONYMOUS, via="offer_id", through="move_offers"),
    Kept("waits", Fate.ANONYMOUS, ("member_id",)),
    Kept("ballot_entries", Fate.ANONYMOUS, ("member_id",)),
    Kept("ballot_wishes", Fate.ANONYMOUS, via="entry_id", through="ballot_entries"),
    Kept("activity_registrations", Fate.ANONYMOUS, ("member_id",)),
    Kept("report_photos", Fate.DELETED, via="report_id", through="fault_reports"),
    Kept("fault_reports", Fate.ANONYMOUS, ("member_id",), blanked=("words",)),
    Kept("feedback", Fate.ANONYMOUS, ("member_id",), blanked=("words",)),
    Kept("audit_entries", Fate.ANONYMOUS, ("actor", "thing"), by_audit_id=True),
    # What somebody did here as one of the staff.
    Kept("sightings", Fate.ANONYMOUS, ("seen_by_id",)),
    Kept("work_orders", Fate.ANONYMOUS, ("opened_by_id", "assigned_to_id")),
    Kept("work_order_steps", Fate.ANONYMOUS, ("by_id",)),
    Kept("order_photos", Fate.ANONYMOUS, ("by_id",), untold=("jpeg",)),
    Kept("alerts", Fate.ANONYMOUS, ("acknowledged_by_id", "cleared_by_id")),
    Kept("emergencies", Fate.ANONYMOUS, ("first_id", "second_id", "clear_first_id", "clear_second_id")),
)

STAYING: Final = tuple(
    kept for kept in ABOUT_MEMBERS if kept.fate is Fate.ANONYMOUS and kept.table != "members" and not kept.by_audit_id
)
"""What names nobody once a member is erased."""

NOT_ABOUT_ONE: Final = {
    "sign_in_failures": "counts wrong passwords by the hash of what was typed, and forgets it after a quiet day",
    "kiosk_tries": "counts wrong PINs by a hash of the locker or card, and forgets them",
}
"""Tables that could lead to a member and are not told, with the reason. Erasing clears the first for the number."""


def erasure_refusal(*, role: Role, holds_things: bool, is_opening: bool) -> str | None:
    """Why somebody cannot be erased now, as a code; None: they can.

    Staff answer for what they did, and are closed by a manager. Whoever has a locker, or things that wait for them,
    would never get at them again.
    """
    if role is not Role.MEMBER:
        return "staff_not_erased"
    if is_opening:
        return "unlock_under_way"
    return "things_held" if holds_things else None


def may_close(*, of: Role, by: Role) -> bool:
    """Who may close an account and open it again: a manager everybody's, the desk a member's."""
    return by is Role.MANAGER or (by is Role.DESK and of is Role.MEMBER)


def is_erased(password_hash: str) -> bool:
    """It stands for somebody who had themselves erased, and is nobody's account any more."""
    return password_hash == NO_HASH
