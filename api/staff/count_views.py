"""The count, as JSON."""

from datetime import datetime
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import StrictBool, StringConstraints, model_validator

from api.staff.count_words import DIFFERENCES
from api.views import Ask, InBothLanguages, View, name_of, wrong
from gateway.counts.model import Seen, Sighting
from gateway.counts.queries import BankCount, Line
from gateway.counts.rules import Difference
from gateway.fleet.model import DoorLevel, Presence
from gateway.kit.sentences import told_to
from gateway.lockers.model import Condition, Size, Use
from gateway.members.model import Language, Member

Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=64, pattern=r"^[^\x00-\x1f\x7f]*$")]


class NewSighting(Ask):
    """What is inside a compartment. `keep`: it is nobody's, so it is kept back for staff; `note` then says why."""

    seen: Seen
    note: Note = ""
    keep: StrictBool = False

    @model_validator(mode="after")
    def _says_why(self) -> Self:
        if self.keep and not self.note:
            raise wrong("note", "say in note why it is kept back")
        return self


class SightingView(View):
    """What one of the staff saw in a compartment. `taken`: it was somebody's then; `door`: as its contact said."""

    id: str
    compartment_id: str
    seen: Seen
    note: str
    taken: bool
    door: DoorLevel
    seen_by: str
    seen_at: datetime

    @classmethod
    def of(cls, sighting: Sighting, by: Member) -> Self:
        """As the row says; who it was by their number."""
        return cls(
            id=sighting.id,
            compartment_id=sighting.compartment_id,
            seen=sighting.seen,
            note=sighting.note,
            taken=sighting.rental_id is not None,
            door=sighting.door,
            seen_by=by.member_no,
            seen_at=sighting.seen_at,
        )


class DifferenceView(View):
    """Something that does not go together, and what to do about it, in the reader's language."""

    kind: Difference
    text: str


class CountLine(View):
    """One compartment. `forced`: when it was opened in the last day without being asked for; `sighting`: the newest."""

    compartment_id: str
    lock_id: str
    label: str
    size: Size
    rental_id: str | None
    use: Use | None
    door: DoorLevel
    condition: Condition
    condition_reason: str
    differences: list[DifferenceView]
    forced: list[datetime]
    sighting: SightingView | None

    @classmethod
    def of(cls, line: Line, language: Language, zone: ZoneInfo) -> Self:
        """As this reader should read it."""
        box = line.compartment
        return cls(
            compartment_id=box.id,
            lock_id=box.lock_id,
            label=box.label,
            size=box.size,
            rental_id=line.rental.id if line.rental else None,
            use=line.rental.use if line.rental else None,
            door=line.door,
            condition=box.condition,
            condition_reason=box.condition_reason,
            differences=[
                DifferenceView(kind=one, text=sentence_of(line, one, language, zone)) for one in line.differences
            ],
            forced=list(line.forced),
            sighting=SightingView.of(line.sighting, line.seen_by) if line.sighting and line.seen_by else None,
        )


class Tally(View):
    """How many compartments are somebody's or free, and how their doors stand."""

    taken_shut: int
    taken_open: int
    taken_unknown: int
    free_shut: int
    free_open: int
    free_unknown: int

    @classmethod
    def of(cls, found: BankCount) -> Self:
        """As the query counted them."""
        tally = found.tally()
        return cls(
            **{
                f"{word}_{door}": tally[taken, door]
                for taken, word in ((True, "taken"), (False, "free"))
                for door in DoorLevel
            }
        )


class BankCountView(View):
    """A bank at the count; the gravest differences in front."""

    bank_id: str
    name: InBothLanguages
    presence: Presence
    tally: Tally
    lines: list[CountLine]

    @classmethod
    def of(cls, found: BankCount, language: Language, zone: ZoneInfo) -> Self:
        """As this reader should read it."""
        return cls(
            bank_id=found.bank.id,
            name=name_of(found.bank.name_zh, found.bank.name_en),
            presence=found.presence,
            tally=Tally.of(found),
            lines=[CountLine.of(line, language, zone) for line in found.lines],
        )


class Reconciliation(View):
    """What the software says against what the doors say, and what staff saw inside."""

    at: datetime
    banks: list[BankCountView]


def sentence_of(line: Line, difference: Difference, language: Language, zone: ZoneInfo) -> str:
    """A difference of that line, and what to do about it."""
    facts = {"forced_at": line.forced[-1].isoformat()} if line.forced else {}
    return DIFFERENCES[difference].sentence(language, told_to(language, zone, facts))
