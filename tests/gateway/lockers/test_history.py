"""Who opened what of mine, on both databases: all of it, and nothing of anybody else's."""

import pytest

from gateway.lockers import history, service
from tests.centre_builder import NOON, a_member, open_and_shut, sense
from tests.gateway.lockers.test_rentals import DAY, end, rent


@pytest.fixture
def li(session):
    return a_member(session, "10002", name="李梅")


def opens(session, member):
    open_and_shut(session, member, "01", now=NOON)


def acts(session, member, **page):
    found = history.history_of(session, member_id=member.id, **{"limit": 50, **page})
    return [(one.entry.act, one.by.name if one.by else None) for one in found]


def test_a_member_finds_their_own_openings_newest_first(session, wang):
    rental = rent(session, wang)
    opens(session, wang)
    end(session, rental)

    assert acts(session, wang) == [("rental_ended", "王晓华"), ("door_opened", "王晓华"), ("rented", "王晓华")]


def test_of_who_had_it_before_and_after_nothing_is_shown_even_in_the_same_moment(session, wang, li):
    for member in (li, wang, li):
        rental = rent(session, member)
        opens(session, member)
        end(session, rental)

    assert acts(session, wang) == [("rental_ended", "王晓华"), ("door_opened", "王晓华"), ("rented", "王晓华")]
    assert {name for _, name in acts(session, li)} == {"李梅"}


def test_a_forced_door_is_in_it_and_nobody_is_named(session, wang):
    rent(session, wang)
    sense(session, "01", "forced", now=NOON)

    assert acts(session, wang)[0] == ("door_forced", None)


def test_an_extension_is_in_it(session, wang):
    rental = rent(session, wang)
    service.extend(session, rental=rental, until=NOON + 2 * DAY, now=NOON, max_days=7)

    assert acts(session, wang)[0] == ("extended", "王晓华")


def test_it_comes_in_pages_without_a_gap(session, wang):
    rent(session, wang)
    for _ in range(3):
        opens(session, wang)
    whole = history.history_of(session, member_id=wang.id, limit=50)

    first = history.history_of(session, member_id=wang.id, limit=2)
    rest = history.history_of(session, member_id=wang.id, limit=50, before_seq=first[-1].entry.seq)

    assert [one.entry.seq for one in first + rest] == [one.entry.seq for one in whole]
