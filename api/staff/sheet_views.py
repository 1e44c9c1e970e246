"""A sheet of bookings, as JSON."""

from typing import Annotated, Self

from pydantic import Field, StrictBool, StringConstraints
from sqlalchemy.orm import Session

from api.staff.booking_views import StaffBooking
from api.staff.sheet_words import FAULTS
from api.views import Ask, View
from api.words import WORDS
from gateway.bookings.sheet import Fault, Made
from gateway.kit.sentences import in_language
from gateway.members.model import Language
from gateway.spaces import queries as spaces


class BookingSheet(Ask):
    """Bookings as CSV: its first line names the columns `member_no`, `space_id`, `starts_at`, `ends_at`, and if wanted
    `guests` and `override`, the reason for which the rules do not count.

    `dry_run`: only tell what it would do.
    """

    csv: Annotated[str, StringConstraints(max_length=60_000)]
    dry_run: StrictBool = True


class SheetLine(View):
    """A line, and the booking that it makes."""

    line: int
    booking: StaffBooking


class SheetFault(View):
    """What is wrong with a line. `field` empty: with all of it. `text`: in the reader's language."""

    line: int
    field: str
    why: str
    text: str

    @classmethod
    def of(cls, fault: Fault, language: Language) -> Self:
        """As this reader should read it."""
        words = FAULTS[fault.why] if fault.why in FAULTS else WORDS[fault.why]
        text = words.sentence(language, in_language(language, fault.facts))
        return cls(line=fault.line, field=fault.field, why=fault.why, text=text)


class SheetPlan(View):
    """What taking the sheet in does, or did; with any fault it does nothing."""

    is_done: bool
    lines: list[SheetLine]
    faults: Annotated[list[SheetFault], Field(description="In the order of their lines.")]

    @classmethod
    def of(cls, session: Session, made: Made, language: Language, *, is_done: bool) -> Self:
        """As it came out."""
        return cls(
            is_done=is_done,
            lines=[
                SheetLine(line=no, booking=StaffBooking.of(booking, member, spaces.space(session, booking.space_id)))
                for no, booking, member in made.bookings
            ],
            faults=[SheetFault.of(fault, language) for fault in made.faults],
        )
