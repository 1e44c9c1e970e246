"""Staff open a door, over HTTP: by the usual way, with a reason that its holder reads."""

import pytest

from gateway.alerts import service as alerts
from gateway.fleet import service as fleet
from gateway.fleet.model import DoorLevel, Presence
from tests.api.conftest import PASSWORD, together
from tests.api.test_api_clear_outs import settle_opened
from tests.api.test_api_staff import all_of
from tests.centre_builder import NOON, lock_of, set_door, set_presence

WHY = {"reason": "heard a phone ringing inside"}


@pytest.fixture
def rental(house):
    """10001's: compartment 01 of bank-a."""
    return house.rent("10001", bank_id="bank-a", size="S")


def ask(browser, lock_id, body=WHY, key="open"):
    return browser.post(f"/staff/locks/{lock_id}/open", body, key=key)


def test_staff_open_a_rented_compartment_by_the_usual_way_and_its_holder_reads_why(house, rental):
    desk = house.signed_in("s002")

    asked = ask(desk, rental["lock_id"])
    house.change(settle_opened, asked.json()["id"], now=house.clock.now())

    assert (asked.status_code, asked.json()["state"], asked.json()["lock_id"]) == (202, "REQUESTED", rental["lock_id"])
    assert house.line.rings == 1
    assert desk.get(f"/unlocks/{asked.json()['id']}?wait=1").json()["state"] == "OPENED"
    member = house.signed_in("10001")
    assert member.get(f"/rentals/{rental['id']}").json()["state"] == "ACTIVE"
    newest, before, *_ = member.get("/me/history").json()["items"]
    assert [(one["act"], one["by"]["who"], one["reason"]) for one in (newest, before)] == [
        ("door_opened", "staff", WHY["reason"]),
        ("asked_by_staff", "staff", WHY["reason"]),
    ]


TOLD = {
    "zh-CN": "工作人员于 2026-11-22 12:00 要求打开您租用的大厅 01 号柜，原因：phone rings。这个柜子仍归您使用。",
    "en": "At 2026-11-22 12:00 a member of staff asked for your compartment 01 at Lobby to be opened."
    " Reason: phone rings. It is still yours.",
}


@pytest.mark.parametrize("language", TOLD)
def test_the_holder_is_told_in_their_language_and_the_centres_time(house, rental, language):
    member = house.signed_in("10001")
    member.patch("/me", {"language": language})

    ask(house.signed_in("s002"), rental["lock_id"], {"reason": "phone rings"})

    assert [notice["text"] for notice in member.get("/notices").json()["items"]] == [TOLD[language]]


@pytest.mark.parametrize(("member_no", "held", "free"), [("10002", 403, 403), ("s003", 403, 202), ("s001", 202, 202)])
def test_who_may_open_what(house, rental, member_no, held, free):
    lock_ids = {one["lock_id"] for one in all_of(house.signed_in("s002"), "/staff/banks/bank-a/compartments")}
    browser = house.signed_in(member_no)

    answers = [ask(browser, rental["lock_id"]), ask(browser, *(lock_ids - {rental["lock_id"]}), key="free")]

    assert [answer.status_code for answer in answers] == [held, free]


@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": "  "}, {"reason": "x" * 65}, {"reason": 1}])
def test_without_a_reason_nothing_is_opened(house, rental, body):
    assert ask(house.signed_in("s002"), rental["lock_id"], body).json()["code"] == "malformed"
    assert house.line.rings == 0


def test_without_a_key_nothing_is_opened(house, rental):
    answer = ask(house.signed_in("s002"), rental["lock_id"], key=None)

    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_missing")


def test_the_same_key_again_is_the_same_opening(house, rental):
    desk = house.signed_in("s002")

    first, second = ask(desk, rental["lock_id"]), ask(desk, rental["lock_id"])

    assert first.json() == second.json()
    assert len(house.signed_in("10001").get("/notices").json()["items"]) == 1


def test_while_the_gateway_is_away_nothing_is_asked_and_nobody_is_told(house, rental):
    house.pulse(ready=False)

    answer = ask(house.signed_in("s002"), rental["lock_id"])

    assert (answer.status_code, answer.json()["code"]) == (503, "gateway_away")
    assert house.signed_in("10001").get("/notices").json()["items"] == []


def test_a_bank_that_is_offline_is_said_at_once(house, rental):
    house.change(set_presence, Presence.OFFLINE)

    assert ask(house.signed_in("s002"), rental["lock_id"]).json()["code"] == "bank_offline"


def test_who_signed_in_a_while_ago_gives_their_password_again_for_a_members_door(house, rental):
    desk = house.signed_in("s002")
    house.clock.advance(minutes=6)
    house.pulse()
    refused = ask(desk, rental["lock_id"])
    assert (refused.status_code, refused.json()["code"]) == (403, "password_again")

    assert desk.post("/session", {"member_no": "s002", "password": PASSWORD}).status_code == 200
    assert ask(desk, rental["lock_id"]).status_code == 202


def test_a_lock_that_is_not_there_is_not_found(house):
    assert ask(house.signed_in("s002"), "f" * 32).status_code == 404


def test_of_several_staff_at_once_one_opens_and_the_others_hear_that_it_is_being_opened(house_on_each):
    house = house_on_each
    rental = house.rent("10001", bank_id="bank-a", size="S")
    path, browsers = f"/staff/locks/{rental['lock_id']}/open", [house.signed_in("s002"), house.signed_in("s001")] * 2

    answers = together(
        house,
        *(
            browser.asking("POST", path, body=WHY, headers={"Idempotency-Key": f"k{no}"})
            for no, browser in enumerate(browsers)
        ),
    )

    assert sorted(answer.status_code for answer in answers) == [202, 409, 409, 409]
    assert {answer.json().get("code") for answer in answers} == {"", "unlock_under_way"}
    assert len(house.signed_in("10001").get("/notices").json()["items"]) == 1


def test_staff_find_every_door_and_what_is_behind_it(house):
    locks = all_of(house.signed_in("s003"), "/staff/locks", limit=1)

    assert [(one["device_id"], one["door"], one["level"]) for one in locks] == [
        ("bank-a", 1, "shut"),
        ("bank-a", 2, "shut"),
        ("bank-b", 1, "shut"),
    ]
    assert (locks[0]["compartment"]["label"], locks[0]["compartment"]["bank_name"]["en"]) == ("01", "Lobby")
    assert house.signed_in("10001").get("/staff/locks").status_code == 403


SEEN = {"reason": "moved away", "empty": True}


def release(browser, rental, body=SEEN, key=None):
    return browser.post(f"/staff/rentals/{rental['id']}/release", body, key=key)


@pytest.fixture
def looked(house, rental):
    """s002 has opened 10001's compartment, and shut it again."""
    asked = ask(house.signed_in("s002"), rental["lock_id"]).json()
    house.change(settle_opened, asked["id"], now=house.clock.now())


def test_staff_who_have_looked_inside_release_it_and_the_member_reads_why(house, rental, looked):
    released = release(house.signed_in("s002"), rental)

    assert (released.status_code, released.json()["member_no"], released.json()["stage"]) == (200, "10001", None)
    member = house.signed_in("10001")
    assert member.get(f"/rentals/{rental['id']}").json()["state"] == "ENDED"
    newest = member.get("/notices").json()["items"][0]
    assert (
        newest["text"] == "工作人员查看后确认大厅 01 号柜已空，于 2026-11-22 12:00 结束了您的租用，原因：moved away。"
    )
    happening = member.get("/me/history").json()["items"][0]
    assert (happening["act"], happening["by"]["who"], happening["reason"]) == ("rental_ended", "staff", "moved away")


def test_unseen_it_is_refused_in_words(house, rental):
    answer = release(house.signed_in("s002"), rental)

    assert (answer.status_code, answer.json()["code"]) == (409, "not_looked_inside")


def test_where_the_contact_tells_nothing_staff_say_what_they_see_and_the_member_cannot(house, rental):
    house.change(set_door, "01", DoorLevel.UNKNOWN)
    desk, member = house.signed_in("s002"), house.signed_in("10001")

    refused, own = release(desk, rental), member.delete(f"/rentals/{rental['id']}")
    released = release(desk, rental, SEEN | {"seen_shut_and_empty": True})

    assert (refused.json()["code"], own.json()["code"], released.status_code) == ("door_unknown", "door_unknown", 200)
    box = all_of(desk, "/staff/banks/bank-a/compartments")[0]
    assert (box["condition"], box["condition_reason"]) == ("inspection", "door_unknown")


def test_the_same_key_again_is_the_same_release(house, rental, looked):
    desk = house.signed_in("s002")

    first = release(desk, rental, key="one")

    assert release(desk, rental, key="one").json() == first.json()
    assert release(desk, rental, key="two").json()["code"] == "rental_ended"


@pytest.mark.parametrize("member_no", ["10001", "10002", "s003"])
def test_neither_members_nor_technicians_release_anything(house, rental, looked, member_no):
    answer = release(house.signed_in(member_no), rental)

    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")


@pytest.mark.parametrize("body", [{}, {"reason": "x"}, {"empty": True}, {"reason": "x", "empty": False}])
def test_without_a_reason_and_their_word_that_it_is_empty_it_is_malformed(house, rental, looked, body):
    assert release(house.signed_in("s002"), rental, body).json()["code"] == "malformed"


def test_what_is_not_there_is_not_released(house):
    assert release(house.signed_in("s002"), {"id": "f" * 32}).status_code == 404


def test_staff_see_since_when_a_door_is_open_and_what_is_wrong_with_it(house):
    with house.centre.sessions.begin() as session:
        lock_id = lock_of(session, "01")
        fleet.note_levels(session, device_id="bank-a", levels={1: DoorLevel.OPEN}, now=NOON)
        place = {"zh-CN": "大厅 01 号柜", "en": "Compartment 01 at Lobby"}
        facts = {"since": NOON.isoformat(), "place": place}
        alert = alerts.raise_alert(session, kind="ajar", thing=lock_id, now=NOON, facts=facts)

    first, *others = all_of(house.signed_in("s002"), "/staff/locks", limit=1)

    assert first["open_since"] == "2026-11-22T04:00:00Z"
    assert first["faults"] == [
        {
            "kind": "ajar",
            "since": "2026-11-22T04:00:00Z",
            "text": "大厅 01 号柜：门从 2026-11-22 12:00 起一直开着。请去关好；里面有物品的话，请先看管。",
            "alert_id": alert.id,
            "state": "OPEN",
        }
    ]
    assert [(one["faults"], one["open_since"]) for one in others] == [([], None)] * 2
