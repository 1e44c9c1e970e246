"""Activities and who signed up, as JSON."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import Field, StrictBool, StrictInt, StringConstraints
from sqlalchemy.orm import Session

from api.space_views import TimeWish
from api.views import AnyId, Ask, InBothLanguages, Instant, PlainText, View, name_of
from gateway.activities import queries, rules
from gateway.activities.model import Activity, ActivityKind, ActivityTime, Registration, RegistrationState
from gateway.activities.rules import MOST_PLACES
from gateway.members import groups
from gateway.members.model import Member
from gateway.spaces import queries as spaces

Words = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=2000, pattern=r"^[^\x00-\x09\x0b-\x1f\x7f]*$")
]


class TwoTitles(Ask):
    """A title in both languages."""

    zh: Annotated[PlainText, Field(alias="zh-CN")]
    en: PlainText


class TwoTexts(Ask):
    """Some sentences in both languages; may be empty."""

    zh: Annotated[Words, Field(alias="zh-CN")] = ""
    en: Words = ""


class NewActivity(TimeWish):
    """What is offered. `starts_at`, `ends_at`: its first time; `recurrence`: an RFC 5545 RRULE for the others.

    One signs up for all of its times. `space_id`: what it has at all of them; `group`: for whom alone it is.
    """

    kind: ActivityKind
    title: TwoTitles
    words: TwoTexts
    recurrence: Annotated[str, Field(min_length=1, max_length=200, examples=["FREQ=WEEKLY;COUNT=8"])] | None = None
    places: Annotated[StrictInt, Field(ge=1, le=MOST_PLACES)]
    opens_at: Instant
    closes_at: Instant
    space_id: AnyId | None = None
    group: AnyId | None = None


class WhyActivityOff(Ask):
    """Whoever signed up reads it."""

    reason: Annotated[PlainText, StringConstraints(max_length=200)]


class SignUp(Ask):
    """`wait`: to stand in the queue when there is no place."""

    wait: StrictBool = False


class Attendance(Ask):
    """Whether somebody came."""

    came: StrictBool


class ActivityTimeView(View):
    """One of its times."""

    starts_at: datetime
    ends_at: datetime

    @classmethod
    def of(cls, time: ActivityTime) -> Self:
        """As it is kept."""
        return cls(starts_at=time.starts_at, ends_at=time.ends_at)


class RegistrationView(View):
    """Where the reader stands. `position`: the how-manieth of those who wait; null with a place."""

    id: str
    activity_id: str
    state: RegistrationState
    position: int | None
    joined_at: datetime
    came_at: datetime | None

    @classmethod
    def of(cls, session: Session, one: Registration) -> Self:
        """As it stands."""
        return cls(
            id=one.id,
            activity_id=one.activity_id,
            state=one.state,
            position=queries.position(session, one),
            joined_at=one.joined_at,
            came_at=one.came_at,
        )


class OfferView(View):
    """What there is to sign up for. `full`: one can only wait. `called_off_for`: why; empty: it is on."""

    id: str
    kind: ActivityKind
    title: InBothLanguages
    words: InBothLanguages
    space_id: str | None
    space_name: InBothLanguages | None
    group: str | None
    times: list[ActivityTimeView]
    places: int
    taken: int
    waiting: int
    full: bool
    opens_at: datetime
    closes_at: datetime
    called_off_for: str

    @staticmethod
    def facts(session: Session, activity: Activity) -> dict[str, object]:
        """All of it that is the same for whoever reads it."""
        found = queries.view(session, activity)
        space = spaces.space(session, activity.space_id) if activity.space_id is not None else None
        return {
            "id": activity.id,
            "kind": activity.kind,
            "title": name_of(activity.title_zh, activity.title_en),
            "words": name_of(activity.words_zh, activity.words_en),
            "space_id": activity.space_id,
            "space_name": name_of(space.name_zh, space.name_en) if space else None,
            "group": activity.group_id,
            "times": [ActivityTimeView.of(time) for time in found.times],
            "places": found.places,
            "taken": found.taken,
            "waiting": found.waiting,
            "full": found.taken >= found.places,
            "opens_at": activity.opens_at,
            "closes_at": activity.closes_at,
            "called_off_for": activity.called_off_for,
        }


class ActivityView(OfferView):
    """What there is to sign up for. `mine`: where the reader stands; null: nowhere. `full`: one can only wait.

    `refusal`: the code of why the reader cannot sign up now; null: they can. `called_off_for`: why; empty: it is on.
    """

    refusal: (
        Literal["activity_called_off", "activity_not_for_you", "registration_not_open", "registration_closed"] | None
    )
    mine: RegistrationView | None

    @classmethod
    def of(cls, session: Session, activity: Activity, *, reader: Member, now: datetime) -> Self:
        """As one reader sees it."""
        mine = queries.registration_in(session, activity_id=activity.id, member_id=reader.id)
        in_groups = {group.id for group in groups.groups_of(session, member_id=reader.id)}
        return cls.model_validate(
            {
                **cls.facts(session, activity),
                "refusal": rules.sign_up_refusal(activity, groups=in_groups, now=now),
                "mine": RegistrationView.of(session, mine) if mine else None,
            }
        )


class ListedView(View):
    """Somebody on an activity's list, for staff."""

    id: str
    member_no: str
    name: str
    state: RegistrationState
    joined_at: datetime
    came_at: datetime | None

    @classmethod
    def of(cls, one: Registration, member: Member) -> Self:
        """As it stands."""
        return cls(
            id=one.id,
            member_no=member.member_no,
            name=member.name,
            state=one.state,
            joined_at=one.joined_at,
            came_at=one.came_at,
        )
