"""Where times are given by lot: handing in a wish with two taps, and reading what came of it."""

import pytest
from playwright.sync_api import expect

from gateway.ballots import draw
from gateway.ballots import service as ballots
from gateway.members import queries as members
from gateway.spaces.rules import Span
from tests.web.conftest import OTHER, Phone
from tests.web.test_booking import choose_tomorrow, confirm, day_of, slot

pytestmark = pytest.mark.browser


@pytest.fixture
def ballot(phone: Phone):
    """All of tomorrow in the room is given by lot; the member looks at that day."""
    phone.house.build("room")
    made = phone.house.gives_by_lot("room", phone.house.tomorrow(0))
    phone.sign_in()
    choose_tomorrow(phone, "11:00", is_built=True)
    return made


def hand_in(phone: Phone):
    expect(slot(phone, "10:00").locator("..")).to_contain_text("抽签")
    slot(phone, "10:00").check(force=True)
    confirm(phone, "报名抽签 明天 10:00–11:00").click()
    expect(phone.page.get_by_text("已报名抽签。")).to_be_visible()


def others_wish(phone: Phone, ballot):
    when = Span(phone.house.tomorrow(10), phone.house.tomorrow(11))
    with phone.house.centre.sessions.begin() as session:
        ballots.hand_in(
            session,
            ballot_id=ballot.id,
            member=members.member_by_no(session, member_no=OTHER),
            wishes=[("room", when)],
            guests=0,
            policy=phone.house.centre.booking_policy,
            now=ballot.opened_at,
        )


def draw_it(phone: Phone, ballot):
    with phone.house.centre.sessions.begin() as session:
        assert draw.draw(session, ballot_id=ballot.id, policy=phone.house.centre.booking_policy, now=ballot.closes_at)


def test_a_wish_is_handed_in_and_whoever_is_drawn_finds_the_booking_while_they_look(phone: Phone, ballot):
    hand_in(phone)
    phone.speak("en")
    expect(phone.page.get_by_text("You take part.")).to_be_visible()
    draw_it(phone, ballot)

    expect(phone.page.get_by_text("You take part.")).to_have_count(0)
    expect(phone.page.locator(".booking-when")).to_contain_text("10:00–11:00")


def test_a_party_takes_part_as_one_and_its_wish_says_for_how_many(phone: Phone):
    phone.house.build("seats", places=3)
    phone.house.gives_by_lot("seats", phone.house.tomorrow(0))
    phone.sign_in()
    phone.show("/app/#/book/seats")
    phone.page.get_by_role("radio", name="3 人").check(force=True)
    day_of(phone, "明天").check(force=True)
    slot(phone, "10:00").check(force=True)
    confirm(phone, "报名抽签 明天 10:00–11:00 · 3 人").click()

    expect(phone.page.locator(".booking-when")).to_have_text("明天 10:00–11:00 · 3 人")
    phone.show("/app/#/me/draws")
    expect(phone.page.get_by_text("明天 10:00–11:00 · 3 人")).to_be_visible()


def test_whoever_takes_the_wish_back_sees_nothing_of_it(phone: Phone, ballot):
    hand_in(phone)
    phone.button("不参加了").click()

    expect(phone.page.get_by_text("已报名抽签。")).to_have_count(0)


def test_one_of_two_is_told_that_it_was_not_this_time_and_stands_in_the_queue(phone: Phone, ballot):
    hand_in(phone)
    others_wish(phone, ballot)
    draw_it(phone, ballot)

    expect(phone.page.get_by_text("已报名抽签。")).to_have_count(0)
    if not phone.house.bookings():
        expect(phone.page.get_by_text("很抱歉，这次没有抽中。")).to_be_visible()
        expect(phone.page.get_by_text("您排在第 1 位")).to_be_visible()
    else:
        expect(phone.page.locator(".booking-when")).to_contain_text("10:00–11:00")
