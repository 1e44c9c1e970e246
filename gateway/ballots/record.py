"""What is published of a draw, and the draw itself: everything it comes to follows from the record alone.

The order is by how often somebody won lately, the fewer the sooner, and among equals by lot. A lot is the
HMAC-SHA-256 of the entry's id under the seed and the hash of all entries: the seed was fixed, and its hash told, before
the first wish was handed in, and the hash of all entries is known to nobody before the last one was.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Annotated, Final, NamedTuple

import msgspec

from gateway.kit import lots
from gateway.spaces.rules import Span, places_for, places_needed

FORMAT: Final = "hearth-ballot/2"
_READ: Final = (FORMAT, "hearth-ballot/1")  # in which every lot took one place

_Instant = Annotated[datetime, msgspec.Meta(tz=True)]
_Hex = Annotated[str, msgspec.Meta(pattern="^([0-9a-f]{2})+$")]


class Wish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One time of one space. `refused`: the code of the rule by which it could not be had; empty: none forbade it."""

    space: str
    starts_at: _Instant
    ends_at: _Instant
    refused: str = ""

    @property
    def span(self) -> Span:
        """From when until when."""
        return Span(self.starts_at, self.ends_at)


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One lot. `id` names it to its member and to nobody else; `wins`: so many draws of the last four weeks.

    `people`: so many come together, and there is room for all of them or none comes.
    """

    id: str
    wins: int
    wishes: list[Wish]
    people: int = 1


class Place(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a space comes down to, and what is kept free behind a booking of it.

    `capacity`: for how many people each place of it is; None: nobody has said.
    """

    parts: list[str]
    buffer_min: int
    capacity: int | None = None


class Taken(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What could not be had from the first, by whatever: booked before, closed."""

    part: str
    place: int
    starts_at: _Instant
    ends_at: _Instant


class Result(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What came of one entry: `wish` is the rank of the one that came true; None: none."""

    entry: str
    wish: int | None


class Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of it. `entries` by id; `results` in the order of the draw. `places`: how many each part has."""

    format: str
    ballot: str
    space: str
    starts_at: _Instant
    ends_at: _Instant
    closed_at: _Instant
    drawn_at: _Instant
    commitment: str
    seed: _Hex
    entries_hash: str
    entries: list[Entry]
    spaces: dict[str, Place]
    places: dict[str, int]
    taken: list[Taken]
    results: list[Result]

    def written(self) -> str:
        """As it is kept and published."""
        return msgspec.json.encode(self).decode()


class Drawn(NamedTuple):
    """What a draw came to. `missed`: by entry, the best-liked wish that only others were in the way of."""

    results: list[Result]
    missed: dict[str, int]


def read(text: str | bytes) -> Record:
    """Raises ValueError for what is no record."""
    record = msgspec.json.decode(text, type=Record)
    if record.format not in _READ:
        raise ValueError(f"this is a {record.format!r}, and {FORMAT!r} is all that is understood here")
    if any(wish.space not in record.spaces for entry in record.entries for wish in entry.wishes) or any(
        part not in record.places for place in record.spaces.values() for part in place.parts
    ):
        raise ValueError("a wish is for a space of which the record says nothing")
    return record


def hash_of(entries: Iterable[Entry]) -> str:
    """SHA-256, hex, over a line for each entry in the order of their ids: its id, its wins, and each wish it has.

    Last in the line of a party is how many they are, as in `people=3`.
    """
    lines = []
    for entry in sorted(entries, key=lambda one: one.id):
        wishes = (f"{wish.space}/{wish.starts_at.isoformat()}/{wish.ends_at.isoformat()}" for wish in entry.wishes)
        party = [f"people={entry.people}"] if entry.people > 1 else []
        lines.append(" ".join([entry.id, str(entry.wins), *wishes, *party]))
    return lots.hash_of(lines)


def in_order(entries: Iterable[Entry], *, seed: str, entries_hash: str) -> list[Entry]:
    """Whose turn it is, one after another."""

    def lot(entry: Entry) -> tuple[int, str]:
        return entry.wins, lots.lot(seed, entries_hash, entry.id)

    return sorted(entries, key=lot)


def draw(record: Record, may_have: Callable[[Entry, int], bool]) -> Drawn:
    """Give each in turn the first of their wishes that is free, whole and for all of them, and allowed.

    `may_have` is asked only then.
    """
    taken = [(one.part, one.place, Span(one.starts_at, one.ends_at)) for one in record.taken]
    results: list[Result] = []
    missed: dict[str, int] = {}
    for entry in in_order(record.entries, seed=record.seed, entries_hash=record.entries_hash):
        won = None
        for rank, wish in enumerate(entry.wishes):
            places = _free_places(record, wish, entry.people, taken)
            if not places:
                missed.setdefault(entry.id, rank)
            elif may_have(entry, rank):
                won = rank
                taken += [(part, place, _held(record, wish)) for part, place in places]
                break
        results.append(Result(entry.id, won))
    return Drawn(results, missed)


def faults(record: Record, *, commitment: str | None = None) -> list[str]:
    """What is wrong with a published draw, a sentence each. `commitment`: as it was noted before."""
    found = []
    if lots.commitment_of(record.seed) != record.commitment:
        found.append("the seed is not the one whose hash was published beforehand")
    if commitment is not None and commitment != record.commitment:
        found.append("the published hash is not the one that was noted beforehand")
    if hash_of(record.entries) != record.entries_hash:
        found.append("the entries are not those that were drawn from")
    if replay(record) != record.results:
        found.append("drawn again it comes to something else")
    return found


def replay(record: Record) -> list[Result]:
    """The draw, run again from nothing but the record."""
    return draw(record, lambda entry, rank: not entry.wishes[rank].refused).results


def _free_places(record: Record, wish: Wish, people: int, taken: list[tuple[str, int, Span]]) -> list[tuple[str, int]]:
    space, span = record.spaces[wish.space], _held(record, wish)
    in_the_way: dict[str, set[int]] = defaultdict(set)
    for part, place, other in taken:
        if part in space.parts and span.overlaps(other):
            in_the_way[part].add(place)
    wanted = {part: record.places[part] for part in space.parts}
    whole = space.parts != [wish.space]
    count = 1 if whole else places_needed(people, places=record.places[wish.space], capacity=space.capacity)
    return places_for(wanted, in_the_way, whole=whole, count=count)


def _held(record: Record, wish: Wish) -> Span:
    return Span(wish.starts_at, wish.ends_at + timedelta(minutes=record.spaces[wish.space].buffer_min))
