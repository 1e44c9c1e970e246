"""Ballots, what is handed in and what was drawn, as JSON."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import Field, StrictInt
from sqlalchemy.orm import Session

from api.space_views import TimeWish
from api.views import AnyId, Ask, InBothLanguages, Instant, PlainText, View, name_of
from gateway.ballots import queries
from gateway.ballots.model import Ballot, BallotState, Entry, EntryState, EntryWish
from gateway.ballots.service import MOST_WISHES
from gateway.spaces import queries as spaces


class Wished(TimeWish):
    """One time that would do. `space_id`: a part of what the ballot gives; null: all of it."""

    space_id: AnyId | None = None


class NewEntry(Ask):
    """What a member hands in: the best-liked time first; at most one of them comes true."""

    wishes: Annotated[list[Wished], Field(min_length=1, max_length=MOST_WISHES)]
    guests: Annotated[StrictInt, Field(ge=0, le=1000)] | None = None


class WishedView(View):
    """One time that would do."""

    space_id: str
    starts_at: datetime
    ends_at: datetime

    @classmethod
    def of(cls, wish: EntryWish) -> Self:
        """As it was handed in."""
        return cls(space_id=wish.space_id, starts_at=wish.starts_at, ends_at=wish.ends_at)


class EntryView(View):
    """What the reader handed in. `id` is its name in the record; `place`: the how-manieth it was in the draw."""

    id: str
    ballot_id: str
    state: EntryState
    wishes: list[WishedView]
    guests: int
    handed_in_at: datetime
    place: int | None
    booking_id: str | None

    @classmethod
    def of(cls, session: Session, entry: Entry) -> Self:
        """As it stands."""
        return cls(
            id=entry.id,
            ballot_id=entry.ballot_id,
            state=entry.state,
            wishes=[WishedView.of(wish) for wish in queries.wishes(session, [entry.id])[entry.id]],
            guests=entry.guests,
            handed_in_at=entry.handed_in_at,
            place=entry.place,
            booking_id=entry.booking_id,
        )


class BallotView(View):
    """What is given by lot. `commitment`: the SHA-256 of the seed; `seed` is told once it is drawn.

    `entries`: how many have handed in. `mine`: what the reader handed in; null: nothing.
    """

    id: str
    state: BallotState
    space_id: str
    space_name: InBothLanguages
    starts_at: datetime
    ends_at: datetime
    opened_at: datetime
    closes_at: datetime
    commitment: str
    seed: str | None
    drawn_at: datetime | None
    called_off_for: str
    entries: int
    mine: EntryView | None

    @classmethod
    def of(cls, session: Session, ballot: Ballot, *, member_id: str) -> Self:
        """As one reader sees it."""
        space = spaces.space(session, ballot.space_id)
        mine = queries.entry_in(session, ballot_id=ballot.id, member_id=member_id)
        return cls(
            id=ballot.id,
            state=ballot.state,
            space_id=ballot.space_id,
            space_name=name_of(space.name_zh, space.name_en),
            starts_at=ballot.starts_at,
            ends_at=ballot.ends_at,
            opened_at=ballot.opened_at,
            closes_at=ballot.closes_at,
            commitment=ballot.commitment,
            seed=ballot.seed if ballot.state is BallotState.DRAWN else None,
            drawn_at=ballot.drawn_at,
            called_off_for=ballot.called_off_for,
            entries=queries.count_of(session, ballot.id),
            mine=EntryView.of(session, mine) if mine else None,
        )


class NewBallot(Ask):
    """A space's time from `starts_at` until `ends_at`, for which wishes are handed in until `closes_at`."""

    starts_at: Instant
    ends_at: Instant
    closes_at: Instant


class WhyCalledOff(Ask):
    """Whoever took part reads it."""

    reason: PlainText


class RecordedWish(View):
    """`refused`: the code of the rule by which it could not be had; empty: none forbade it."""

    space: str
    starts_at: datetime
    ends_at: datetime
    refused: str


class RecordedEntry(View):
    """One lot, by a random name. `wins`: of the four weeks before; `people`: who come together, all or none."""

    id: str
    wins: int
    wishes: list[RecordedWish]
    people: int = 1


class RecordedPlace(View):
    """What a space comes down to. `capacity`: for how many each of its places is; null: nobody has said."""

    parts: list[str]
    buffer_min: int
    capacity: int | None = None


class RecordedClaim(View):
    """What could not be had from the first."""

    part: str
    place: int
    starts_at: datetime
    ends_at: datetime


class RecordedResult(View):
    """`wish`: which of its wishes came true, from 0; null: none."""

    entry: str
    wish: int | None


class BallotRecord(View):
    """All that the draw came from and came to. `hearth ballot-replay` draws it again."""

    format: str
    ballot: str
    space: str
    starts_at: datetime
    ends_at: datetime
    closed_at: datetime
    drawn_at: datetime
    commitment: str
    seed: str
    entries_hash: str
    entries: list[RecordedEntry]
    spaces: dict[str, RecordedPlace]
    places: dict[str, int]
    taken: list[RecordedClaim]
    results: list[RecordedResult]

    @classmethod
    def of(cls, ballot: Ballot) -> Self:
        """As it was kept."""
        return cls.model_validate_json(ballot.record)
