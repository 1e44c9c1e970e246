"""What a program does in its member's name is told apart from what the member does, in the trail and in the history."""

import pytest
from sqlalchemy import select

from gateway.alerts import service as alerts
from gateway.bookings import service as bookings
from gateway.fleet import queries as fleet
from gateway.kit import audit
from gateway.kit.audit import AuditEntry
from gateway.unlocking import service as unlocking
from gateway.unlocking.model import Unlock, UnlockState
from tests.api.conftest import PASSWORD
from tests.api.test_api_tokens import ROOM, let_in
from tests.centre_builder import a_device, a_space, sense_at


def acts_of(house, program_id):
    """What the trail says that program did, in order."""
    with house.centre.sessions.read() as session:
        entries = session.scalars(select(AuditEntry).order_by(AuditEntry.seq))
        return [one.act for one in entries if audit.program_of(one) == program_id]


def audit_of(house, **asked):
    found = house.signed_in("s001").get("/staff/audit", params={"newest": True, **asked})
    assert found.status_code == 200, found.text
    return found.json()["items"]


def opens(house, unlock_id):
    """Gateway and bank bring it to its end, as the gateway's process does: nobody asks by HTTP here."""

    def act(session):
        unlock = session.get_one(Unlock, unlock_id)
        for state in (UnlockState.AUTHORISED, UnlockState.SIGNED):
            unlocking.move(session, unlock, state, now=house.clock.now())
        sense_at(session, unlock.lock_id, "door_open", "door_closed", now=house.clock.now(), cmd_id=unlock_id)
        bookings.note_opening(session, member_id=unlock.member_id, lock_id=unlock.lock_id, now=house.clock.now())

    house.change(act)


def rented(asks):
    answer = asks.post("/rentals", {"bank_id": "bank-a"}, key="rent")
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_every_act_of_a_program_says_so_and_the_same_acts_of_its_member_do_not(house):
    house.change(a_space, "room")
    program, made = let_in(house, "act", "open")
    phone = house.signed_in()

    for asks in (program, phone):
        booked = asks.post("/bookings", ROOM, key=f"book-{asks is phone}")
        assert asks.delete(f"/bookings/{booked.json()['id']}").status_code == 200
        rental = asks.post("/rentals", {"bank_id": "bank-a"}, key=f"rent-{asks is phone}").json()
        assert asks.delete(f"/rentals/{rental['id']}").status_code == 200

    assert acts_of(house, made["id"]) == ["booked", "booking_cancelled", "rented", "rental_ended"]
    with house.centre.sessions.read() as session:
        acts = [one.act for one in session.scalars(select(AuditEntry)) if one.act == "booked"]
        assert len(acts) == 2
        assert list(audit.verify(session)) == []


def test_what_an_opening_comes_to_is_said_of_the_program_that_asked_for_it(house):
    program, made = let_in(house, "act", "open")
    rental = rented(program)
    asked = program.post("/unlocks", {"rental_id": rental["id"]}, key="open").json()

    opens(house, asked["id"])

    assert acts_of(house, made["id"]) == ["rented", "door_opened"]
    again = house.signed_in().post("/unlocks", {"rental_id": rental["id"]}, key="open myself").json()
    opens(house, again["id"])
    assert acts_of(house, made["id"]) == ["rented", "door_opened"]


def test_a_check_in_by_a_door_that_a_program_opened_is_the_programs(house):
    house.change(a_device, "door", doors=1)
    house.change(lambda session: a_space(session, "room", lock_id=fleet.lock_at(session, "door", 1).id))
    program, made = let_in(house, "act", "open")
    now = {"starts_at": "2026-11-22T04:00:00Z", "ends_at": "2026-11-22T05:00:00Z"}
    booked = program.post("/bookings", {"space_id": "room", **now}, key="now")
    assert booked.status_code == 201, booked.text
    asked = program.post("/unlocks", {"booking_id": booked.json()["id"]}, key="open")
    assert asked.status_code == 202, asked.text

    opens(house, asked.json()["id"])

    assert acts_of(house, made["id"]) == ["booked", "door_opened", "checked_in"]


def test_a_program_that_watches_an_opening_of_its_members_has_not_asked_for_it(house):
    rental = rented(house.signed_in())
    asked = house.signed_in().post("/unlocks", {"rental_id": rental["id"]}, key="open").json()
    program, made = let_in(house)
    house.clock.advance(seconds=30)

    seen = program.get(f"/unlocks/{asked['id']}", params={"wait": 1}).json()

    assert seen["state"] == "EXPIRED"
    assert acts_of(house, made["id"]) == []


@pytest.mark.parametrize("is_cold", [False, True])
def test_an_opening_that_came_to_nothing_is_the_programs_whoever_looks(house, is_cold):
    program, made = let_in(house, "act", "open")
    rental = rented(program)
    asked = program.post("/unlocks", {"rental_id": rental["id"]}, key="open").json()
    house.clock.advance(seconds=30)

    (program if is_cold else house.signed_in()).get(f"/unlocks/{asked['id']}", params={"wait": 1})

    assert acts_of(house, made["id"]) == ["rented", "unlock_expired"]


def test_staff_s_programs_are_told_apart_from_staff(house):
    program, made = let_in(house, "act", "staff", member_no="s001", days=7)
    raised = house.change(alerts.raise_alert, kind="tamper", thing="bank-a", now=house.clock.now())

    assert program.post(f"/staff/alerts/{raised.id}/ack", {"note": '"program": "x"'}, key="seen").status_code == 200

    [entry] = audit_of(house, by_program=True)
    assert (entry["act"], entry["actor_no"]) == ("alert_acknowledged", "s001")
    assert entry["program"] == {"id": made["id"], "name": made["label"]}


def test_the_trail_is_searched_by_program_and_text_that_looks_like_one_is_none(house):
    house.change(a_space, "room")
    one, made = let_in(house, "act", label="门口的平板")
    other, _ = let_in(house, "act", member_no="10002")
    assert one.post("/bookings", ROOM, key="one").status_code == 201
    raised = house.change(alerts.raise_alert, kind="tamper", thing="bank-a", now=house.clock.now())
    note = {"note": f'"program": "{made["id"]}"'}
    assert house.signed_in("s003").post(f"/staff/alerts/{raised.id}/ack", note, key="seen").status_code == 200
    rented(other)

    assert [each["act"] for each in audit_of(house, program=made["id"])] == ["booked"]
    assert {each["actor_no"] for each in audit_of(house, by_program=True)} == {"10001", "10002"}
    assert {each["program"]["name"] for each in audit_of(house, member_no="10001", by_program=True)} == {"门口的平板"}
    assert not [each for each in audit_of(house, by_program=False) if each["program"]]
    assert {each["act"] for each in audit_of(house, member_no="10001", by_program=False)} >= {"signed_in", "token_made"}


def test_a_program_is_named_after_its_token_was_ended_and_no_more_once_its_member_is_erased(house):
    house.change(a_space, "room")
    program, made = let_in(house, "act", label="门口的平板")
    booked = program.post("/bookings", ROOM, key="one").json()
    program.delete(f"/bookings/{booked['id']}")
    house.signed_in().delete(f"/tokens/{made['id']}")

    assert {one["program"]["name"] for one in audit_of(house, program=made["id"])} == {"门口的平板"}
    assert house.signed_in().get("/tokens").json()["items"] == []

    assert house.signed_in().delete("/me", body={"password": PASSWORD}).status_code == 204
    assert {one["program"]["name"] for one in audit_of(house, program=made["id"])} == {None}


def test_a_members_history_names_their_program_and_not_somebody_elses(house):
    program, _ = let_in(house, "act", "open", label="门口的平板")
    rental = rented(program)
    opens(house, program.post("/unlocks", {"rental_id": rental["id"]}, key="open").json()["id"])
    share = house.signed_in().post(f"/rentals/{rental['id']}/shares", {"member_no": "10002"}, key="share")
    assert share.status_code == 201, share.text
    others, _ = let_in(house, "open", member_no="10002", label="不关别人的事")
    opens(house, others.post("/unlocks", {"lock_id": rental["lock_id"]}, key="theirs").json()["id"])

    def by(member_no):
        found = house.signed_in(member_no).get("/me/history").json()["items"]
        return [one["by"] for one in found if one["act"] == "door_opened"]

    theirs, mine = by("10001")
    assert (mine["who"], mine["by_program"], mine["program"]) == ("you", True, "门口的平板")
    assert (theirs["who"], theirs["by_program"], theirs["program"]) == ("member", True, None)
