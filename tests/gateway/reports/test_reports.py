"""Members say what is broken; staff answer; nobody else has a part in it."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from gateway.kit.audit import AuditEntry
from gateway.kit.errors import Conflict, NotFound, Refused
from gateway.lockers import service as lockers
from gateway.members.model import Role
from gateway.notices import queries as notices
from gateway.reports import queries, service, things
from gateway.reports.model import About, ReportPhoto, ReportState, Wrong
from gateway.reports.rules import MOST_A_DAY, PHOTO_KEPT
from tests.centre_builder import NOON, a_bank, a_member, a_space


@pytest.fixture
def session(sessions):
    """One transaction with a bank, a room and somebody of the staff."""
    with sessions.begin() as session:
        a_bank(session)
        a_space(session, "room")
        yield session


@pytest.fixture
def staff(session):
    return a_member(session, "s003", role=Role.TECHNICIAN)


def a_rental(session, member):
    return lockers.rent(session, member=member, now=NOON, until=None, max_days=7, unsettled_locks=frozenset)


def report(session, member, about=About.SPACE, thing_id="room", *, now=NOON, jpeg=None, words="灯不亮"):
    return service.report(
        session, member=member, about=about, thing_id=thing_id, wrong=Wrong.BROKEN, words=words, jpeg=jpeg, now=now
    )


def answer(session, report, to, staff, **more):
    return service.answer(session, report_id=report.id, to=to, words="已派人", staff=staff, now=NOON, **more)


def told(session, member):
    return [one.kind for one in notices.notices_for(session, member_id=member.id, limit=9)]


def test_a_locker_is_reported_by_whoever_has_it_and_by_nobody_else(session, wang, li):
    rental = a_rental(session, wang)

    assert report(session, wang, About.LOCKER, rental.compartment_id).state is ReportState.RECEIVED
    with pytest.raises(NotFound, match="thing"):
        report(session, li, About.LOCKER, rental.compartment_id)


def test_what_is_not_there_cannot_be_reported(session, wang):
    for about, thing in [(About.SPACE, "palace"), (About.DOOR, "palace"), (About.KIOSK, "k"), (About.SPACE, None)]:
        with pytest.raises(NotFound, match="thing"):
            report(session, wang, about, thing)
    assert report(session, wang, About.ELSEWHERE, None).thing_id is None


def test_the_reporter_reads_each_answer_and_only_the_last_stands(session, wang, staff):
    made = report(session, wang)

    answer(session, made, ReportState.LOOKED_AT, staff)
    assert told(session, wang) == ["report_looked_at"]
    answer(session, made, ReportState.MENDED, staff)

    assert told(session, wang) == ["report_mended"]
    assert (made.state, made.answer) == (ReportState.MENDED, "已派人")


def test_what_is_over_is_answered_no_more(session, wang, staff):
    made = report(session, wang)
    answer(session, made, ReportState.CLOSED, staff)

    with pytest.raises(Conflict, match="report_over"):
        answer(session, made, ReportState.LOOKED_AT, staff)


def test_an_answer_says_more_than_that_it_came(session, wang, staff):
    with pytest.raises(Conflict, match="report_not_answered"):
        answer(session, report(session, wang), ReportState.RECEIVED, staff)


def test_two_reports_of_one_thing_are_answered_together(session, wang, li, staff):
    first, second = report(session, wang), report(session, li, now=NOON + timedelta(minutes=1))
    other = report(session, wang, About.ELSEWHERE, None)

    assert [one.id for one in queries.open_about_the_same(session, second)] == [first.id, second.id]
    answer(session, second, ReportState.MENDED, staff, all_of_thing=True)

    assert {one.state for one in (first, second)} == {ReportState.MENDED}
    assert (told(session, wang), told(session, li)) == (["report_mended"], ["report_mended"])
    assert other.state is ReportState.RECEIVED


def test_what_has_no_name_is_never_taken_for_the_same(session, wang, li):
    report(session, wang, About.ELSEWHERE, None)
    second = report(session, li, About.ELSEWHERE, None)

    assert list(queries.open_about_the_same(session, second)) == [second]


def test_so_many_a_day_and_no_more(session, wang, li):
    for minute in range(MOST_A_DAY):
        report(session, wang, now=NOON + timedelta(minutes=minute))

    with pytest.raises(Refused, match="too_many_reports") as refused:
        report(session, wang, now=NOON + timedelta(hours=1))
    assert refused.value.facts["retry_after_s"] == 23 * 3600 + 1
    report(session, li, now=NOON + timedelta(hours=1))
    report(session, wang, now=NOON + timedelta(days=1, seconds=1))


def test_a_photo_is_forgotten_so_long_after_its_report_was_over_and_not_before(session, wang, staff):
    kept, over = report(session, wang, jpeg=b"one"), report(session, wang, jpeg=b"two")
    answer(session, over, ReportState.MENDED, staff)
    assert queries.photo(session, over.id) == b"two"

    service.forget_old_photos(session, now=NOON + PHOTO_KEPT)
    assert session.scalar(select(func.count(ReportPhoto.report_id))) == 2
    service.forget_old_photos(session, now=NOON + PHOTO_KEPT + timedelta(seconds=1))

    assert queries.has_photo(session, kept.id)
    with pytest.raises(NotFound, match="photo"):
        queries.photo(session, over.id)


def test_the_trail_tells_that_it_was_reported_and_not_what_was_written(session, wang):
    report(session, wang, words="我的电话 13800000000")

    last = session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc())).first()
    assert (last.act, "space" in last.detail) == ("fault_reported", True)
    assert "13800000000" not in last.detail


def test_a_thing_that_is_no_longer_the_reporters_keeps_its_name(session, wang):
    rental = a_rental(session, wang)
    made = report(session, wang, About.LOCKER, rental.compartment_id)
    lockers.end_rental(session, rental=rental, unsettled_locks=frozenset, now=NOON)

    assert (About.LOCKER, made.thing_id) not in [
        (one.about, one.id) for one in things.things_for(session, member_id=wang.id)
    ]
    assert things.name_of(session, made.about, made.thing_id) == {"zh-CN": "大厅 01 号柜", "en": "Locker 01, Lobby"}
