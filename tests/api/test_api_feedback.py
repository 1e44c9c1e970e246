"""How it was, in members' own words: given by them, read by staff without a name."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from gateway.feedback.model import Feedback
from gateway.kit.audit import AuditEntry
from gateway.members.model import Member
from tests.api.conftest import together
from tests.centre_builder import a_space


def test_what_a_member_says_is_read_by_all_staff_newest_first(house):
    house.change(a_space, "room", name_zh="琴房", name_en="Piano room")
    phone = house.signed_in()
    phone.post("/feedback", {"score": 2, "words": "太吵"})
    house.clock.advance(minutes=1)
    given = phone.post("/feedback", {"score": 5, "words": "很好\n谢谢", "space_id": "room"})

    assert given.status_code == 201, given.text
    for staff in ("s001", "s002", "s003"):
        told = house.signed_in(staff).get("/staff/feedback").json()["items"]
        assert [(one["score"], one["words"]) for one in told] == [(5, "很好\n谢谢"), (2, "太吵")]
    assert told[0] == given.json()
    assert told[0]["space_name"] == {"zh-CN": "琴房", "en": "Piano room"}


def test_staff_are_not_told_whose_it_is_nor_does_the_trail_say(house):
    phone = house.signed_in()
    with house.centre.sessions.read() as session:
        before = len(session.scalars(select(AuditEntry)).all())
        member = session.scalar(select(Member).where(Member.member_no == "10001"))

    phone.post("/feedback", {"score": 1, "words": "x"})

    told = house.signed_in("s001").get("/staff/feedback").text
    assert not any(name in told for name in (member.id, member.audit_id, member.member_no, member.name))
    with house.centre.sessions.read() as session:
        since = [one.act for one in session.scalars(select(AuditEntry)).all()[before:]]
    assert set(since) == {"signed_in"}


def test_members_read_their_own_and_nobody_elses(house):
    house.signed_in("10002").post("/feedback", {"score": 3})
    phone = house.signed_in()
    mine = phone.post("/feedback", {"score": 4}).json()

    assert phone.get("/feedback").json()["items"] == [mine]
    assert phone.get("/staff/feedback").json()["code"] == "not_allowed"


def test_it_is_read_in_parts(house):
    phone, other = house.signed_in(), house.signed_in("10002")
    for score in (1, 2, 3):
        phone.post("/feedback", {"score": score})  # all at the same instant
        theirs = other.post("/feedback", {"score": score}).json()["id"]
    desk, found, after = house.signed_in("s002"), [], ""
    while after is not None:
        part = desk.get(f"/staff/feedback?limit=2{after and '&after=' + after}").json()
        found, after = found + part["items"], part["next"]

    assert len({one["id"] for one in found}) == len(found) == 6
    assert phone.get(f"/feedback?after={theirs}").status_code == 404


@pytest.mark.parametrize(
    "said",
    [
        {"score": 0},
        {"score": 6},
        {"score": "5"},
        {"score": 4.5},
        {"words": "x"},
        {"score": 3, "words": "x" * 501},
        {"score": 3, "words": "bell\x07"},
        {"score": 3, "name": "x"},
    ],
)
def test_what_is_no_feedback_is_refused(house, said):
    assert house.signed_in().post("/feedback", said).json()["code"] == "malformed"


def test_words_are_kept_without_the_space_around_them_and_of_a_space_that_there_is(house):
    phone = house.signed_in()

    assert phone.post("/feedback", {"score": 3, "words": "  好  "}).json()["words"] == "好"
    assert phone.post("/feedback", {"score": 3, "space_id": "nowhere"}).status_code == 404


def test_the_same_key_says_it_once(house):
    phone = house.signed_in()

    first, again = (phone.post("/feedback", {"score": 3}, key="one").json() for _ in range(2))

    assert first == again
    assert len(phone.get("/feedback").json()["items"]) == 1


def test_five_a_day_are_heard_however_many_come_at_once(house_on_each):
    house = house_on_each
    phone = house.signed_in()

    answers = together(house, *(phone.asking("POST", "/feedback", body={"score": 1}) for _ in range(8)))

    assert sorted(answer.status_code for answer in answers) == [201] * 5 + [429] * 3
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert (refused.json()["code"], refused.headers["retry-after"]) == ("too_much_feedback", "86401")
    house.clock.advance(days=1, seconds=1)
    assert phone.post("/feedback", {"score": 1}).status_code == 201


def test_no_database_keeps_a_score_that_is_none(house_on_each):
    house_on_each.signed_in().post("/feedback", {"score": 3})
    for score in (0, 6):
        with pytest.raises(IntegrityError):
            house_on_each.change(lambda session, to=score: session.execute(text(f"UPDATE feedback SET score = {to}")))
    with house_on_each.centre.sessions.read() as session:
        assert session.scalars(select(Feedback.score)).all() == [3]
