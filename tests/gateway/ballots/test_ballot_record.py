"""The draw as it is published: everything follows from the record, and anything that was changed shows."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.ballots import record
from gateway.ballots.record import Entry, Place, Record, Taken, Wish
from gateway.kit import lots

MONDAY = datetime(2026, 11, 30, tzinfo=UTC)
SEED = "5e" * 32
SPACES = {
    "hall": Place(["court-1", "court-2"], 0),
    "court-1": Place(["court-1"], 0),
    "court-2": Place(["court-2"], 15),
    "seats": Place(["seats"], 0),
}


def wish(space="court-1", hour=10, hours=1):
    return Wish(space, MONDAY + timedelta(hours=hour), MONDAY + timedelta(hours=hour + hours))


def a_record(entries, taken=(), seed=SEED):
    blank = Record(
        format=record.FORMAT,
        ballot="b",
        space="hall",
        starts_at=MONDAY,
        ends_at=MONDAY + timedelta(days=7),
        closed_at=MONDAY - timedelta(days=3),
        drawn_at=MONDAY - timedelta(days=3),
        commitment=lots.commitment_of(seed),
        seed=seed,
        entries_hash=record.hash_of(entries),
        entries=list(entries),
        spaces=SPACES,
        places={"court-1": 1, "court-2": 1, "seats": 4},
        taken=list(taken),
        results=[],
    )
    return msgspec.structs.replace(blank, results=record.replay(blank))


entries = st.lists(
    st.builds(
        Entry,
        id=st.uuids().map(lambda one: one.hex),
        wins=st.integers(0, 2),
        wishes=st.lists(
            st.builds(wish, st.sampled_from(sorted(SPACES)), st.integers(8, 12), st.integers(1, 2)),
            min_size=1,
            max_size=3,
        ),
        people=st.integers(1, 4),
    ),
    max_size=12,
    unique_by=lambda one: one.id,
)


@given(entries)
def test_what_was_drawn_can_be_read_back_and_drawn_again_by_anybody(found):
    published = record.read(a_record(found).written())

    assert record.faults(published, commitment=lots.commitment_of(SEED)) == []


@given(entries)
def test_nobody_gets_a_place_that_somebody_else_has_and_a_group_has_all_of_the_hall_or_nothing(found):
    drawn = a_record(found)
    held = {}
    for result in drawn.results:
        if result.wish is None:
            continue
        entry = next(one for one in drawn.entries if one.id == result.entry)
        won = entry.wishes[result.wish]
        for part in SPACES[won.space].parts:
            people = entry.people if part == "seats" else 1
            held.setdefault(part, []).extend([(won.starts_at, won.ends_at)] * people)
    for part, spans in held.items():
        for instant in {starts_at for starts_at, _ in spans}:
            together = [one for one in spans if one[0] <= instant < one[1]]
            assert len(together) <= drawn.places[part]


@given(entries)
def test_who_got_nothing_could_have_nothing_that_was_left(found):
    drawn = a_record(found)
    won = {one.entry: one.wish for one in drawn.results}
    taken = [
        Taken(part, place, each.starts_at, each.ends_at + timedelta(minutes=SPACES[each.space].buffer_min))
        for entry in drawn.entries
        if won[entry.id] is not None
        for each in [entry.wishes[won[entry.id]]]
        for part in SPACES[each.space].parts
        for place in range(1)
    ]
    if any(one.part == "seats" for one in taken):
        return  # a row of seats has several places; which of them is not told here
    for entry in drawn.entries:
        if won[entry.id] is None:
            assert record.replay(msgspec.structs.replace(drawn, entries=[entry], taken=taken))[0].wish is None


def test_who_won_less_often_lately_comes_first_and_among_equals_the_lot_decides():
    found = [Entry(f"{number:032x}", number % 3, [wish(hour=number)]) for number in range(30)]
    firsts = set()
    for number in range(20):
        drawn = a_record(found, seed=f"{number:064x}")
        wins = [next(one.wins for one in found if one.id == result.entry) for result in drawn.results]
        assert wins == sorted(wins)
        firsts.add(drawn.results[0].entry)
    assert len(firsts) > 3


def test_each_of_many_equals_comes_first_about_equally_often():
    found = [Entry(f"{number:032x}", 0, [wish()]) for number in range(4)]
    firsts = [record.in_order(found, seed=f"{number:064x}", entries_hash="e")[0].id for number in range(2000)]
    assert all(430 < firsts.count(one.id) < 570 for one in found)


def test_an_entry_more_or_less_changes_every_lot():
    """So nobody, not even who knows the seed, can tell what it will do before the last has handed in."""
    found = [Entry(f"{number:032x}", 0, [wish()]) for number in range(12)]
    one_more = [*found, Entry("f" * 32, 0, [wish()])]
    orders = [
        [
            entry.id
            for entry in record.in_order(each, seed=SEED, entries_hash=record.hash_of(each))
            if entry.id != "f" * 32
        ]
        for each in (found, one_more)
    ]
    assert orders[0] != orders[1]


def test_a_party_is_drawn_whole_or_passed_over_for_whoever_fits():
    found = [
        Entry("a" * 32, 0, [wish("seats")], people=3),
        Entry("b" * 32, 1, [wish("seats"), wish("seats", hour=12)], people=2),
        Entry("c" * 32, 2, [wish("seats")]),
    ]

    assert {one.entry[0]: one.wish for one in a_record(found).results} == {"a": 0, "b": 1, "c": 0}


def test_a_party_that_was_made_smaller_or_bigger_afterwards_shows():
    drawn = a_record([Entry("a" * 32, 0, [wish("seats")], people=2)])

    for people in (1, 3):
        entries_ = [msgspec.structs.replace(drawn.entries[0], people=people)]
        assert record.faults(msgspec.structs.replace(drawn, entries=entries_)) != []


def test_a_record_from_before_parties_were_counted_still_comes_to_the_same():
    """Written by the release before: every lot took one place, and nothing was said of people."""
    drawn = a_record([Entry("a" * 32, 0, [wish("seats")]), Entry("b" * 32, 0, [wish("court-1")])])
    told = msgspec.json.decode(drawn.written())
    before = {**told, "format": "hearth-ballot/1", "entries": [_without_people(one) for one in told["entries"]]}

    assert record.faults(record.read(msgspec.json.encode(before)), commitment=drawn.commitment) == []


def _without_people(entry):
    return {name: value for name, value in entry.items() if name != "people"}


def test_what_a_rule_forbade_is_passed_over_and_the_next_wish_looked_at():
    refused = msgspec.structs.replace(wish(), refused="policy.most_ahead")
    first, second = Entry("a" * 32, 0, [refused, wish(hour=12)]), Entry("b" * 32, 1, [wish()])

    assert {one.entry: one.wish for one in a_record([first, second]).results} == {first.id: 1, second.id: 0}


def test_what_was_taken_from_the_first_is_had_by_nobody():
    taken = Taken("court-1", 0, MONDAY + timedelta(hours=10), MONDAY + timedelta(hours=11))

    results = a_record([Entry("a" * 32, 0, [wish("hall"), wish("court-2")])], [taken]).results
    assert [one.wish for one in results] == [1]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"seed": "5f" * 32}, "the seed is not the one whose hash was published beforehand"),
        ({"commitment": "0" * 64}, "the published hash is not the one that was noted beforehand"),
        ({"entries_hash": "0" * 64}, "the entries are not those that were drawn from"),
        ({"results": []}, "drawn again it comes to something else"),
    ],
)
def test_whatever_was_changed_shows(change, sentence):
    drawn = a_record([Entry("a" * 32, 0, [wish()]), Entry("b" * 32, 0, [wish()])])

    changed = msgspec.structs.replace(drawn, **change)
    assert sentence in record.faults(changed, commitment=drawn.commitment)


def test_an_entry_that_was_slipped_in_or_taken_out_or_given_a_win_less_shows():
    found = [Entry("a" * 32, 1, [wish()]), Entry("b" * 32, 1, [wish()])]
    drawn = a_record(found)

    for entries_ in (found[:1], [*found, Entry("c" * 32, 0, [wish()])], [Entry("a" * 32, 0, [wish()]), found[1]]):
        assert record.faults(msgspec.structs.replace(drawn, entries=entries_)) != []


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": "x"}', "\x00"])
def test_what_is_no_record_is_not_taken_for_one(text):
    with pytest.raises(ValueError):
        record.read(text)


@pytest.mark.parametrize(
    "change",
    [
        {"format": "hearth-ballot/9"},
        {"seed": "no hex"},
        {"entries": [Entry("a" * 32, 0, [wish("nowhere")])]},
        {"places": {}},
        {"starts_at": datetime(2026, 11, 30)},  # noqa: DTZ001 - in no zone
    ],
)
def test_a_record_that_means_nothing_is_refused(change):
    with pytest.raises(ValueError):
        record.read(msgspec.structs.replace(a_record([]), **change).written())
