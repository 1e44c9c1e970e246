"""A pass on a member's phone: worth what being signed in there is worth, once, and no longer than that."""

import pytest
from sqlalchemy import func, select

from api.words import WORDS
from gateway.credentials.model import Phone
from gateway.credentials.phones import MOST_PHONES
from gateway.kiosks.model import KioskTry, KioskVisit
from gateway.kit.audit import AuditEntry
from gateway.members import service as members
from gateway.members.queries import member_by_no
from tests.api.conftest import PASSWORD
from tests.api.kiosk_builder import a_kiosk
from tests.phone import APhone

NEW_PASSWORD = "another horse battery"


@pytest.fixture
def kiosk(house):
    return a_kiosk(house)


@pytest.fixture
def browser(house):
    """10001's phone."""
    return house.signed_in("10001")


@pytest.fixture
def phone(browser):
    """The same, able to show passes."""
    return registered(browser)


def registered(browser, password=PASSWORD, **more):
    phone = APhone()
    answer = register(browser, phone, password, **more)
    assert answer.status_code == 201, answer.text
    phone.id = answer.json()["id"]
    return phone


def register(browser, phone, password=PASSWORD, **more):
    wish = {"public_key": phone.public_key, "password": password, "label": "Android"}
    return browser.post("/me/phones", wish | more.pop("wish", {}), **more)


def refusal(answer):
    return answer.status_code, answer.json()["code"]


def count(house, table, *where):
    with house.centre.sessions.read() as session:
        return session.scalar(select(func.count()).select_from(table).where(*where))


def test_a_pass_lets_its_member_in_without_a_pin_and_with_a_masked_name(house, kiosk, phone):
    answer = kiosk.come(qr=phone.code(house.clock.now()))

    assert answer.status_code == 201
    seen = answer.json()
    assert (seen["came_by"], seen["name"], seen["rental_id"], seen["must_choose_pin"]) == ("pass", "王*", None, False)
    assert kiosk.get("/session").status_code == 200


def test_a_pass_reaches_as_far_as_the_card_with_its_pin(house, kiosk, phone):
    kiosk.come(qr=phone.code(house.clock.now()))

    rented = kiosk.post("/rentals", {}, key="rent")

    assert rented.status_code == 201
    assert kiosk.post("/unlocks", {"rental_id": rented.json()["id"]}, key="open").status_code == 202
    assert kiosk.get("/bookings").status_code == 200


def test_a_pin_chosen_in_a_visit_by_pass_does_not_end_the_visit(house, kiosk, phone):
    kiosk.come(qr=phone.code(house.clock.now()))

    assert kiosk.patch("/pin", {"pin": "483920"}).status_code == 200
    assert kiosk.get("/session").json()["came_by"] == "pass"


def test_a_pass_counts_once_in_the_whole_house(house, kiosk, phone):
    other, code = a_kiosk(house, "门口"), phone.code(house.clock.now())
    assert kiosk.come(qr=code).status_code == 201

    assert refusal(other.come(qr=code)) == (401, "pass_used")
    kiosk.delete("/session")
    assert refusal(kiosk.come(qr=code)) == (401, "pass_used")


def test_the_other_signature_of_a_used_pass_makes_no_second_pass_of_it(house, kiosk, phone):
    now = house.clock.now()
    first, second = (phone.code(now, signature=each) for each in phone.same_signature_otherwise(now))
    assert kiosk.come(qr=first).status_code == 201

    assert refusal(a_kiosk(house, "门口").come(qr=second)) == (401, "pass_used")


def test_once_a_pass_was_used_none_that_was_on_the_screen_before_it_counts(house, kiosk, phone):
    """Somebody photographed the one before."""
    photographed = phone.code(house.clock.now())
    house.clock.advance(seconds=30)
    assert kiosk.come(qr=phone.code(house.clock.now())).status_code == 201

    assert refusal(a_kiosk(house, "门口").come(qr=photographed)) == (401, "pass_used")


def test_a_scanner_that_delivers_twice_gets_the_same_visit_twice(house, kiosk, phone):
    code = phone.code(house.clock.now())
    first = kiosk.come(qr=code).json()
    house.clock.advance(seconds=2)

    second = kiosk.come(qr=code.lower())

    assert second.status_code == 201
    assert second.json() == first
    assert count(house, KioskVisit) == 1
    assert count(house, KioskTry) == 0


def test_a_forged_pass_of_the_same_second_is_no_second_delivery(house, kiosk, phone):
    """Phone and second stand in every code for all to read; that this phone made it does the signature alone say."""
    now = house.clock.now()
    assert kiosk.come(qr=phone.code(now)).status_code == 201
    forger = APhone(id=phone.id)

    assert refusal(kiosk.come(qr=forger.code(now))) == (401, "pass_unknown")
    assert refusal(kiosk.come(qr=phone.code(now, signature=(1, 1)))) == (401, "pass_unknown")


def test_the_same_code_later_is_no_second_delivery(house, kiosk, phone):
    code = phone.code(house.clock.now())
    kiosk.come(qr=code)
    house.clock.advance(seconds=60)  # the visit is over

    assert refusal(kiosk.come(qr=code)) == (401, "pass_used")


@pytest.mark.parametrize("seconds", [-61, 91])
def test_a_pass_of_another_time_is_refused(house, kiosk, phone, seconds):
    code = phone.code(house.clock.now())
    house.clock.advance(seconds=seconds)

    assert refusal(kiosk.come(qr=code)) == (401, "pass_late")


@pytest.mark.parametrize("seconds", [-60, 90])
def test_a_phone_whose_clock_is_a_minute_wrong_is_let_in(house, kiosk, phone, seconds):
    code = phone.code(house.clock.now())
    house.clock.advance(seconds=seconds)

    assert kiosk.come(qr=code).status_code == 201


def test_a_forged_pass_is_refused(house, kiosk, phone):
    forger = APhone(id=phone.id)

    assert refusal(kiosk.come(qr=forger.code(house.clock.now()))) == (401, "pass_unknown")
    assert refusal(kiosk.come(qr="https://example.org/")) == (401, "pass_unknown")


def sign_out(house, browser):
    browser.delete("/session")


def sign_out_by_changing_the_password(house, browser):
    change = {"password": {"current": PASSWORD, "new": NEW_PASSWORD}}
    assert house.signed_in("10001").patch("/me", change).status_code == 200


def reset_at_the_desk(house, browser):
    assert house.signed_in("s002").post("/staff/members/10001/password", {}).status_code in (200, 201)


def disable(house, browser):
    with house.centre.sessions.begin() as session:
        wang = member_by_no(session, member_no="10001")
        members.disable_member(session, member=wang, actor="desk", now=house.clock.now())


def remove_here(house, browser):
    [mine] = browser.get("/me/phones").json()["items"]
    assert browser.delete(f"/me/phones/{mine['id']}").status_code == 204


def remove_from_another_phone(house, browser):
    other = house.signed_in("10001")
    [one] = other.get("/me/phones").json()["items"]
    assert not one["is_this"]
    assert other.delete(f"/me/phones/{one['id']}").status_code == 204
    assert browser.get("/me").status_code == 401  # a lost phone is signed out with it


def register_anew(house, browser):
    registered(browser)


def be_away_for_a_week(house, browser):
    house.clock.advance(days=7)


ENDS = [
    sign_out,
    sign_out_by_changing_the_password,
    reset_at_the_desk,
    disable,
    remove_here,
    remove_from_another_phone,
    register_anew,
    be_away_for_a_week,
]


@pytest.mark.parametrize("end", ENDS)
def test_passes_count_no_more_than_the_phone_does(house, kiosk, browser, phone, end):
    end(house, browser)

    assert refusal(kiosk.come(qr=phone.code(house.clock.now()))) == (401, "pass_unknown")


@pytest.mark.parametrize("end", ENDS[:-1])
def test_a_visit_by_pass_is_over_with_the_phone(house, kiosk, browser, phone, end):
    kiosk.come(qr=phone.code(house.clock.now()))

    end(house, browser)

    assert refusal(kiosk.get("/session")) == (401, "kiosk_visit_over")


def test_a_disabled_members_pass_counts_no_more_whatever_is_left_of_their_sessions(house, kiosk, phone):
    with house.centre.sessions.begin() as session:
        member_by_no(session, member_no="10001").disabled_at = house.clock.now()

    assert refusal(kiosk.come(qr=phone.code(house.clock.now()))) == (401, "pass_unknown")


def test_a_phone_that_shows_passes_stays_signed_in_without_a_network_for_a_month_at_most(house, kiosk, browser, phone):
    for _ in range(5):
        house.clock.advance(days=6)
        answer = kiosk.come(qr=phone.code(house.clock.now()))

    assert refusal(answer) == (401, "pass_unknown")
    assert browser.get("/me").status_code == 401


def test_four_weeks_of_passes_without_a_network_are_let_in(house, kiosk, phone):
    for _ in range(4):
        house.clock.advance(days=6)
        assert kiosk.come(qr=phone.code(house.clock.now())).status_code == 201


def test_a_phone_is_registered_only_with_the_password(house, browser):
    assert refusal(register(browser, APhone(), password="wrong")) == (401, "wrong_credentials")
    assert count(house, Phone) == 0


def test_a_key_that_is_none_is_malformed(browser):
    answer = register(browser, APhone(), wish={"public_key": "A" * 87})

    assert (*refusal(answer), answer.json()["field"]) == (422, "malformed", "public_key")


def test_a_member_has_a_bounded_number_of_phones_and_is_told_of_each(house):
    browsers = [house.signed_in("10001") for _ in range(MOST_PHONES + 1)]
    for browser in browsers[:-1]:
        registered(browser)

    assert refusal(register(browsers[-1], APhone())) == (409, "too_many_phones")
    registered(browsers[0])  # the same phone anew is no further one
    seen = browsers[0].get("/me/phones").json()["items"]
    assert [one["is_this"] for one in seen].count(True) == 1
    assert len(seen) == MOST_PHONES
    kinds = [one["kind"] for one in browsers[0].get("/notices").json()["items"]]
    assert kinds.count("phone_registered") >= MOST_PHONES


def test_registering_is_answered_once_more_under_its_key(browser):
    phone = APhone()
    first = register(browser, phone, key="one")

    assert register(browser, phone, key="one").json() == first.json()
    assert refusal(register(browser, APhone(), key="one")) == (422, "idempotency_key_reused")


def test_other_peoples_phones_are_not_listed(house, phone):
    assert house.signed_in("10002").get("/me/phones").json()["items"] == []


@pytest.mark.parametrize(
    "shown",
    [
        {"qr": "H1", "pin": "483920"},
        {"qr": "H1", "card": "04A21F99"},
        {"qr": "H1", "locker_no": "01", "pin": "483920"},
        {"card": "04A21F99"},
        {"locker_no": "01"},
        {"qr": ""},
        {"qr": "H" * 300},
        {},
    ],
)
def test_a_pass_is_shown_alone_and_everything_else_with_its_pin(kiosk, shown):
    assert refusal(kiosk.come(**shown)) == (422, "malformed")


def test_refused_passes_count_as_wrong_tries_of_the_kiosk_until_it_takes_no_more(house, kiosk, phone):
    codes = [APhone(id=phone.id).code(house.clock.now()) for _ in range(21)]

    answers = [refusal(kiosk.come(qr=code)) for code in codes]

    assert answers == [(401, "pass_unknown")] * 20 + [(429, "kiosk_stopped")]
    assert refusal(kiosk.come(locker_no="01", bank_id="bank-a", pin="000000")) == (429, "kiosk_stopped")


def test_forged_passes_keep_nobody_out(house, kiosk, phone):
    """No signature can be guessed, so neither the phone nor the kiosk is shut to whoever has the right one."""
    for _ in range(25):
        kiosk.come(qr=APhone(id=phone.id).code(house.clock.now()))

    assert kiosk.come(qr=phone.code(house.clock.now())).status_code == 201


def test_a_code_that_was_used_and_comes_again_and_again_is_looked_at_five_times(house, kiosk, phone):
    code = phone.code(house.clock.now())
    kiosk.come(qr=code)
    kiosk.delete("/session")

    answers = [refusal(kiosk.come(qr=code)) for _ in range(6)]

    assert answers == [(401, "pass_used")] * 5 + [(429, "pin_locked")]


def test_the_trail_says_which_phone_came_to_which_kiosk_and_no_name(house, kiosk, phone):
    kiosk.come(qr=phone.code(house.clock.now()))

    with house.centre.sessions.read() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.act == "kiosk_visited")).one()
    assert phone.id in entry.detail
    assert "王" not in entry.detail


@pytest.mark.parametrize("code", ["pass_unknown", "pass_late", "pass_used"])
def test_a_refused_pass_says_what_to_do(code):
    assert "请" in WORDS[code].zh
