"""What a member should know, in their words."""

from datetime import timedelta

import pytest

from gateway.lockers import service as lockers
from gateway.notices import service as notices
from tests.centre_builder import NOON


@pytest.fixture
def reminded(house):
    """10001's rental ends within the hour, and they have been told."""
    rental = house.rent("10001", bank_id="bank-a", size="S")
    house.clock.advance(hours=23)
    house.change(lockers.tell_of_stage, rental_id=rental["id"], now=house.clock.now())
    return rental


def test_a_member_reads_their_notice_in_the_centres_time(house, reminded):
    (notice,) = house.signed_in().get("/notices").json()["items"]

    assert notice.pop("id")
    assert notice == {
        "kind": "rental_ending",
        "text": "您租用的大厅 01 号柜将于 2026-11-23 12:00 到期，请届时取出物品，或者续租。",
        "about": reminded["id"],
        "at": "2026-11-23T03:00:00Z",
        "news": False,
    }


def test_a_notice_is_read_in_the_language_of_whoever_reads_it_now(house, reminded):
    browser = house.signed_in()
    browser.patch("/me", {"language": "en"})

    (notice,) = browser.get("/notices").json()["items"]

    assert notice["text"] == (
        "Your compartment 01 at Lobby ends at 2026-11-23 12:00. Please take your things out by then, or extend it."
    )


def test_nobody_reads_another_persons_notices(house, reminded):
    (mine,) = house.signed_in().get("/notices").json()["items"]
    other = house.signed_in("10002")

    assert other.get("/notices").json()["items"] == []
    assert other.get(f"/notices?after={mine['id']}").status_code == 404


def test_what_is_no_longer_so_is_not_shown(house, reminded):
    browser = house.signed_in()
    browser.delete(f"/rentals/{reminded['id']}")

    assert browser.get("/notices").json()["items"] == []


def test_notices_come_in_pages_newest_first(house):
    kinds = ["rental_ending", "rental_grace", "rental_overdue"]
    for hour, kind in enumerate(kinds):
        house.change(
            notices.leave,
            member_id=house.member_id("10001"),
            kind=kind,
            about="r1",
            now=NOON + timedelta(hours=hour),
        )
    browser = house.signed_in()

    first = browser.get("/notices?limit=2").json()
    second = browser.get(f"/notices?limit=2&after={first['next']}").json()

    assert [notice["kind"] for notice in first["items"] + second["items"]] == kinds[::-1]
    assert second["next"] is None


@pytest.fixture
def news(house):
    """Staff have ended 10001's rental."""
    notice = house.change(
        notices.leave, member_id=house.member_id("10001"), kind="released_by_staff", about="r1", now=NOON
    )
    return notice.id


def test_what_has_happened_is_put_away_once_it_was_read(house, news):
    browser = house.signed_in()
    assert [notice["news"] for notice in browser.get("/notices").json()["items"]] == [True]

    assert browser.delete(f"/notices/{news}").status_code == 204

    assert browser.get("/notices").json()["items"] == []
    assert browser.delete(f"/notices/{news}").status_code == 404


def test_what_still_holds_is_not_put_away(house, reminded):
    browser = house.signed_in()
    (notice,) = browser.get("/notices").json()["items"]

    answer = browser.delete(f"/notices/{notice['id']}")

    assert (answer.status_code, answer.json()["code"]) == (409, "notice_still_so")
    assert len(browser.get("/notices").json()["items"]) == 1


@pytest.mark.parametrize("member_no", ["10002", "s001"])
def test_nobody_puts_another_persons_notice_away(house, news, member_no):
    assert house.signed_in(member_no).delete(f"/notices/{news}").status_code == 404
    assert len(house.signed_in().get("/notices").json()["items"]) == 1
