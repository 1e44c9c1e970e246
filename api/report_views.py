"""Fault reports, as JSON."""

from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import StrictBool, StringConstraints
from sqlalchemy.orm import Session

from api.photos import PhotoText
from api.views import AnyId, Ask, InBothLanguages, View, name_of
from gateway.members.model import Member
from gateway.reports import queries, things
from gateway.reports.model import About, FaultReport, ReportState, Wrong
from gateway.reports.things import Thing

Answer = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")
]
Telling = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=500, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*$")
]


class ThingView(View):
    """Something that can be reported. `thing_id` null: somewhere without a name."""

    about: About
    thing_id: str | None
    name: InBothLanguages

    @classmethod
    def of(cls, thing: Thing) -> Self:
        """As the query found it."""
        return cls(about=thing.about, thing_id=thing.id, name=name_of(thing.name["zh-CN"], thing.name["en"]))


class ThingViews(View):
    """Whatever the member can report."""

    items: list[ThingView]


class NewReport(Ask):
    """What is wrong with what. `photo`: a JPEG, PNG or WebP in base64, at most 700,000 bytes of it."""

    about: About
    thing_id: AnyId | None = None
    wrong: Wrong
    words: Telling = ""
    photo: PhotoText | None = None


class ReportView(View):
    """A report and how far it has come. `answer`: what staff said last; empty until they have."""

    id: str
    about: About
    thing_id: str | None
    thing_name: InBothLanguages
    wrong: Wrong
    words: str
    state: ReportState
    has_photo: bool
    reported_at: datetime
    answer: str
    answered_at: datetime | None

    @classmethod
    def of(cls, session: Session, report: FaultReport) -> Self:
        """As the rows say."""
        return cls(**_facts(session, report))


class StaffReport(ReportView):
    """Somebody's. `same_thing`: the ids of the other open reports of it; `work_order_id`: what was made of it."""

    member_no: str
    member_name: str
    same_thing: list[str]
    work_order_id: str | None

    @classmethod
    def of_member(cls, session: Session, report: FaultReport, member: Member) -> Self:
        """As the rows say."""
        together = queries.open_about_the_same(session, report)
        return cls(
            **_facts(session, report),
            member_no=member.member_no,
            member_name=member.name,
            same_thing=[one.id for one in together if one.id != report.id],
            work_order_id=report.work_order_id,
        )


class AnswerToReport(Ask):
    """How it stands, and the sentence that its reporter reads. `all_of_thing`: to every open report of that thing."""

    state: ReportState
    answer: Answer
    all_of_thing: StrictBool = False


def _facts(session: Session, report: FaultReport) -> dict[str, Any]:
    name = things.name_of(session, report.about, report.thing_id)
    return {
        "id": report.id,
        "about": report.about,
        "thing_id": report.thing_id,
        "thing_name": name_of(name["zh-CN"], name["en"]),
        "wrong": report.wrong,
        "words": report.words,
        "state": report.state,
        "has_photo": queries.has_photo(session, report.id),
        "reported_at": report.reported_at,
        "answer": report.answer,
        "answered_at": report.answered_at,
    }
