"""Activities over HTTP: published by the desk, signed up for by members, never with a member too many."""

from datetime import timedelta

import pytest
import vobject

from gateway.activities import service as activities
from gateway.activities.rules import REMIND_BEFORE
from gateway.kit import audit
from gateway.members import queries as members
from tests.api.conftest import together
from tests.centre_builder import a_group, a_space

TAI_CHI = {
    "kind": "class",
    "title": {"zh-CN": "太极拳", "en": "Tai chi"},
    "words": {"zh-CN": "零基础\n穿软底鞋", "en": "For beginners"},
    "starts_at": "2026-11-25T02:00:00Z",
    "ends_at": "2026-11-25T03:00:00Z",
    "recurrence": "FREQ=WEEKLY;COUNT=3",
    "opens_at": "2026-11-22T04:00:00Z",
    "closes_at": "2026-11-25T01:00:00Z",
    "places": 1,
    "space_id": "room",
}


@pytest.fixture
def desk(house):
    house.change(a_space, "room")
    return house.signed_in("s002")


def publish(desk, **more):
    answer = desk.post("/staff/activities", {**TAI_CHI, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


def code(answer):
    return answer.status_code, answer.json()["code"]


def sign_up(browser, activity, **more):
    return browser.post(f"/activities/{activity['id']}/registrations", more)


def test_an_activity_is_read_with_its_times_and_places(house, desk):
    made = publish(desk)

    [listed] = house.signed_in("10001").get("/activities").json()["items"]

    assert listed["title"] == {"zh-CN": "太极拳", "en": "Tai chi"}
    assert [time["starts_at"] for time in listed["times"]] == [
        f"2026-{day}T02:00:00Z" for day in ("11-25", "12-02", "12-09")
    ]
    assert (listed["places"], listed["taken"], listed["full"], listed["refusal"], listed["mine"]) == (
        1,
        0,
        False,
        None,
        None,
    )
    assert listed == house.signed_in("10001").get(f"/activities/{made['id']}").json()


def test_its_space_is_its_own_at_all_of_its_times_and_free_again_when_it_is_called_off(house, desk):
    made = publish(desk)
    phone = house.signed_in("10001")
    wish = {"space_id": "room", "starts_at": "2026-12-02T02:00:00Z", "ends_at": "2026-12-02T03:00:00Z"}

    assert code(phone.post("/bookings", wish, key="one")) == (409, "slot_taken")
    assert (
        desk.post(f"/staff/activities/{made['id']}/call-off", {"reason": "老师病了"}).json()["called_off_for"]
        == "老师病了"
    )
    assert phone.post("/bookings", wish, key="two").status_code == 201


def test_nothing_is_published_while_somebody_has_the_space_at_one_of_its_times(house, desk):
    phone = house.signed_in("10001")
    phone.post(
        "/bookings",
        {"space_id": "room", "starts_at": "2026-12-02T02:00:00Z", "ends_at": "2026-12-02T03:00:00Z"},
        key="one",
    )

    assert code(desk.post("/staff/activities", TAI_CHI)) == (409, "slot_taken")
    assert phone.get("/activities").json()["items"] == []


def test_whoever_comes_when_it_is_full_can_wait_and_has_the_place_that_is_given_back(house, desk):
    made = publish(desk)
    first, second = house.signed_in("10001"), house.signed_in("10002")
    mine = sign_up(first, made).json()
    assert (mine["state"], mine["position"]) == ("REGISTERED", None)
    assert code(sign_up(first, made)) == (409, "already_signed_up")
    assert code(sign_up(second, made)) == (409, "activity_full")
    waits = sign_up(second, made, wait=True).json()
    assert (waits["state"], waits["position"]) == ("WAITING", 1)

    assert first.delete(f"/activities/{made['id']}/registrations/{mine['id']}").status_code == 204

    assert second.get(f"/activities/{made['id']}").json()["mine"]["state"] == "REGISTERED"
    assert [one["kind"] for one in second.get("/notices").json()["items"]] == ["activity_place_yours"]
    assert first.get(f"/activities/{made['id']}/registrations").json()["items"] == []
    assert sign_up(first, made, wait=True).json()["state"] == "WAITING"


def test_of_many_at_once_as_many_have_a_place_as_there_are(house_on_each):
    house = house_on_each
    house.change(a_space, "room")
    made = publish(house.signed_in("s002"))
    phones = [house.signed_in(number) for number in ("10001", "10002", "s001", "s003")]

    asked = [phone.asking("POST", f"/activities/{made['id']}/registrations", body={}) for phone in phones]
    answers = together(house, *asked)

    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"activity_full"}


def test_one_signs_up_from_when_it_opens_until_before_it_closes_and_leaves_until_it_begins(house, desk):
    made = publish(desk, opens_at="2026-11-23T04:00:00Z")
    phone = house.signed_in("10001")
    assert code(sign_up(phone, made)) == (409, "registration_not_open")
    assert phone.get(f"/activities/{made['id']}").json()["refusal"] == "registration_not_open"
    house.clock.advance(minutes=24 * 60)
    mine = sign_up(phone, made).json()
    house.clock.advance(minutes=45 * 60)
    other = house.signed_in("10002")
    assert code(sign_up(other, made, wait=True)) == (409, "registration_closed")
    house.clock.advance(minutes=60)
    again = house.signed_in("10001")
    assert code(again.delete(f"/activities/{made['id']}/registrations/{mine['id']}")) == (409, "activity_begun")


def test_what_is_for_one_group_is_for_nobody_else(house, desk):
    with house.centre.sessions.begin() as session:
        a_group(session, "east", members.member_by_no(session, member_no="10002"))
    made = publish(desk, group="east")

    assert code(sign_up(house.signed_in("10001"), made)) == (409, "activity_not_for_you")
    assert sign_up(house.signed_in("10002"), made).status_code == 201


def test_whoever_signed_up_or_waits_is_told_why_it_is_called_off(house, desk):
    made = publish(desk)
    first, second = house.signed_in("10001"), house.signed_in("10002")
    sign_up(first, made)
    sign_up(second, made, wait=True)

    desk.post(f"/staff/activities/{made['id']}/call-off", {"reason": "老师病了"})

    for phone in (first, second):
        assert [one["text"] for one in phone.get("/notices").json()["items"]] == ["“太极拳”取消了，原因：老师病了。"]
    assert code(sign_up(house.signed_in("s001"), made)) == (409, "activity_called_off")
    assert code(desk.post(f"/staff/activities/{made['id']}/call-off", {"reason": "x"})) == (409, "activity_called_off")


def test_everybody_with_a_place_is_reminded_once_of_each_time(house, desk):
    made = publish(desk)
    first, second = house.signed_in("10001"), house.signed_in("10002")
    sign_up(first, made)
    sign_up(second, made, wait=True)
    house.clock.advance(minutes=70 * 60 - REMIND_BEFORE // timedelta(minutes=1))

    told = [house.change(activities.remind, activity_id=made["id"], no=0, now=house.clock.now()) for _ in range(2)]

    assert told == [True, False]
    [notice] = house.signed_in("10001").get("/notices").json()["items"]
    assert notice["text"] == "您报名的“太极拳”快开始了：2026-11-25 10:00。"
    assert house.signed_in("10002").get("/notices").json()["items"] == []


def test_staff_see_who_comes_and_say_who_came(house, desk):
    made = publish(desk)
    mine = sign_up(house.signed_in("10001"), made).json()
    waits = sign_up(house.signed_in("10002"), made, wait=True).json()
    path = f"/staff/activities/{made['id']}/registrations"
    assert [(one["member_no"], one["state"]) for one in desk.get(path).json()["items"]] == [
        ("10001", "REGISTERED"),
        ("10002", "WAITING"),
    ]

    assert desk.patch(f"{path}/{mine['id']}", {"came": True}).status_code == 204

    assert desk.get(path).json()["items"][0]["came_at"] == "2026-11-22T04:00:00Z"
    assert code(desk.patch(f"{path}/{waits['id']}", {"came": True})) == (404, "not_found")
    assert code(house.signed_in("10001").get(path)) == (403, "not_allowed")


def test_the_members_calendar_has_every_time_of_what_they_signed_up_for(house, desk):
    made = publish(desk)
    phone = house.signed_in("10001")
    sign_up(phone, made)
    address = phone.post("/me/calendars", {}).json()["path"]
    before = house.browser().page(address)

    events = vobject.readOne(before.text).vevent_list

    assert [event.uid.value for event in events] == [f"{made['id']}-{no}@demo.hearth" for no in range(3)]
    assert (events[0].summary.value, events[0].status.value) == ("太极拳", "CONFIRMED")
    house.clock.advance(minutes=5)
    desk.post(f"/staff/activities/{made['id']}/call-off", {"reason": "老师病了"})
    after = house.browser().page(address, headers={"If-Modified-Since": before.headers.get("last-modified", "")})
    assert {event.status.value for event in vobject.readOne(after.text).vevent_list} == {"CANCELLED"}


def test_a_place_given_back_stays_in_the_calendar_as_cancelled_and_its_sequence_never_falls(house_on_each):
    """Or a calendar that merges by UID keeps the event for good. Who only waited never had one."""
    house = house_on_each
    house.change(a_space, "room")
    desk = house.signed_in("s002")
    made = publish(desk)
    first, second = house.signed_in("10001"), house.signed_in("10002")
    addresses = [one.post("/me/calendars", {}).json()["path"] for one in (first, second)]
    known: list[dict[str, str]] = [{}, {}]

    def told(which):
        """The first of its times, of the three that all stand alike; asked as a program does that was there before."""
        answer = house.browser().page(addresses[which], headers=known[which])
        assert answer.status_code == 200
        house.clock.advance(minutes=2)
        since = house.browser().page(addresses[which]).headers["last-modified"]
        known[which] = {"If-Modified-Since": since}
        assert house.browser().page(addresses[which], headers=known[which]).status_code == 304
        found = vobject.readOne(answer.text).contents.get("vevent", [])
        stands = {(one.status.value, one.sequence.value, one.transp.value) for one in found}
        assert len(stands) <= 1
        assert [one.uid.value for one in found] in ([], [f"{made['id']}-{no}@demo.hearth" for no in range(3)])
        return next(iter(stands), None)

    mine = sign_up(first, made).json()["id"]
    theirs = sign_up(second, made, wait=True).json()["id"]
    house.clock.advance(minutes=5)
    assert told(0) == ("CONFIRMED", "0", "OPAQUE")
    first.delete(f"/activities/{made['id']}/registrations/{mine}")
    assert told(0) == ("CANCELLED", "1", "TRANSPARENT")
    assert told(1) == ("CONFIRMED", "0", "OPAQUE")  # the place that was given back
    again = sign_up(first, made, wait=True).json()["id"]
    first.delete(f"/activities/{made['id']}/registrations/{again}")
    second.delete(f"/activities/{made['id']}/registrations/{theirs}")
    assert told(1) == ("CANCELLED", "1", "TRANSPARENT")
    sign_up(first, made)
    assert told(0) == ("CONFIRMED", "2", "OPAQUE")
    off = desk.post(f"/staff/activities/{made['id']}/call-off", {"reason": "老师病了"})
    assert off.status_code == 200, off.text
    assert told(0) == ("CANCELLED", "3", "TRANSPARENT")
    assert told(1) == ("CANCELLED", "2", "TRANSPARENT")


def test_whoever_only_waited_is_told_of_no_event(house, desk):
    made = publish(desk)
    waits = house.signed_in("10002")
    address = waits.post("/me/calendars", {}).json()["path"]
    sign_up(house.signed_in("10001"), made)
    waiting = sign_up(waits, made, wait=True).json()["id"]
    before = house.browser().page(address).text
    waits.delete(f"/activities/{made['id']}/registrations/{waiting}")

    assert "VEVENT" not in before + house.browser().page(address).text


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"starts_at": "2026-11-22T03:00:00Z", "recurrence": None}, "starts_at"),
        ({"closes_at": "2026-11-25T02:30:00Z"}, "closes_at"),
        ({"opens_at": "2026-11-25T01:30:00Z"}, "closes_at"),
        ({"recurrence": "FREQ=HOURLY;COUNT=2"}, "recurrence"),
        ({"places": 0}, "places"),
    ],
)
def test_what_cannot_be_so_is_not_published(desk, wrong, field):
    answer = desk.post("/staff/activities", {**TAI_CHI, **wrong})

    assert code(answer) == (422, "malformed")
    assert field in answer.text


def test_whoever_has_themselves_erased_gives_their_place_to_whoever_waits(house, desk):
    made = publish(desk)
    first, second = house.signed_in("10001"), house.signed_in("10002")
    sign_up(first, made)
    sign_up(second, made, wait=True)

    assert first.delete("/me", body={"password": "correct horse battery"}).status_code == 204

    assert second.get(f"/activities/{made['id']}").json()["mine"]["state"] == "REGISTERED"
    with house.centre.sessions.read() as session:
        assert list(audit.verify(session)) == []
