"""Points over HTTP: read by their member, objected to, decided by staff."""

import pytest

from gateway.bookings import no_shows
from gateway.policies.model import Limit
from tests.centre_builder import a_rule, a_space


@pytest.fixture
def missed(house):
    """10001 did not come to the lawn, twice."""
    house.change(a_space, "lawn")
    house.change(a_rule, Limit.LOW_CREDIT_DAYS_AHEAD, 1)
    phone = house.signed_in("10001")
    for hours in (1, 3):
        times = [f"2026-11-22T{4 + hours + more:02}:00:00Z" for more in (0, 1)]
        wish = {"space_id": "lawn", "starts_at": times[0], "ends_at": times[1]}
        booking = phone.post("/bookings", wish, key=times[0]).json()
        house.clock.advance(minutes=90 if hours == 1 else 120)
        policy, now = house.centre.booking_policy, house.clock.now()
        assert house.change(no_shows.release, booking_id=booking["id"], policy=policy, now=now)
    return phone


def test_a_member_reads_every_thing_that_cost_points_and_why(missed):
    credit = missed.get("/me/credit").json()

    assert {name: credit[name] for name in ("is_on", "points", "most", "low_below", "is_low")} == {
        "is_on": True,
        "points": 90,
        "most": 100,
        "low_below": 85,
        "is_low": False,
    }
    newest, oldest = credit["entries"]
    assert (newest["cause"], newest["cost"], newest["costs_now"], newest["forgiven"]) == ("no_show", 10, 10, False)
    assert (oldest["costs_now"], oldest["forgiven"], oldest["space_name"]["en"]) == (0, True, "Space lawn")
    told = {one["kind"]: one["text"] for one in missed.get("/notices").json()["items"]}
    assert told["credit_taken"] == (
        "场地 lawn（2026-11-22 15:00）预订后没有来，扣 10 分，还有 90 分。如果不是这样，可以申诉。"
    )


def test_an_objection_is_answered_by_the_desk_and_read_by_the_member(house, missed):
    newest = missed.get("/me/credit").json()["entries"][0]
    asked = missed.post(f"/me/credit/{newest['id']}/appeal", {"reason": "电梯坏了"})
    assert (asked.status_code, asked.json()["appeal"]) == (200, "asked")
    assert missed.post(f"/me/credit/{newest['id']}/appeal", {"reason": "x"}).json()["code"] == "already_appealed"

    desk = house.signed_in("s002")
    [waiting] = desk.get("/staff/credit/appeals").json()["items"]
    assert (waiting["member_no"], waiting["entry"]["asked_for"]) == ("10001", "电梯坏了")
    answered = desk.post(f"/staff/credit/{newest['id']}/accept", {"reason": "电梯确实停了"})
    assert (answered.status_code, answered.json()["costs_now"]) == (200, 0)
    again = desk.post(f"/staff/credit/{newest['id']}/refuse", {"reason": "x"})
    assert (again.status_code, again.json()["code"]) == (409, "appeal_answered")

    credit = missed.get("/me/credit").json()
    assert (credit["points"], credit["entries"][0]["answer"]) == (100, "电梯确实停了")
    assert desk.get("/staff/members/10001/credit").json() == credit
    assert desk.get("/staff/members/99999/credit").status_code == 404


@pytest.mark.parametrize("reason", ["", "  ", "x" * 201, "a\x00b", None])
def test_without_a_reason_that_can_be_read_nothing_is_decided(house, missed, reason):
    newest = missed.get("/me/credit").json()["entries"][0]
    for browser, path in (
        (missed, f"/me/credit/{newest['id']}/appeal"),
        (house.signed_in("s002"), f"/staff/credit/{newest['id']}/accept"),
    ):
        answer = browser.post(path, {"reason": reason})
        assert (answer.status_code, answer.json()["field"]) == (422, "reason")


@pytest.mark.parametrize("member_no", ["10001", "10002", "s003"])
def test_only_desk_and_managers_decide(house, missed, member_no):
    newest, browser = missed.get("/me/credit").json()["entries"][0], house.signed_in(member_no)

    for answer in (
        browser.get("/staff/credit/appeals"),
        browser.get("/staff/members/10001/credit"),
        browser.post(f"/staff/credit/{newest['id']}/accept", {"reason": "x"}),
        browser.post(f"/staff/credit/{newest['id']}/refuse", {"reason": "x"}),
    ):
        assert answer.json()["code"] == "not_allowed"


def test_where_no_rule_is_about_points_nobody_loses_any(house):
    credit = house.signed_in("10001").get("/me/credit").json()

    assert (credit["is_on"], credit["points"], credit["entries"]) == (False, 100, [])
