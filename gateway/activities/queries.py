"""What there is to sign up for, and who did. Read-only."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from gateway.activities.model import Activity, ActivityPlace, ActivityTime, Registration, RegistrationState
from gateway.kit.errors import NotFound
from gateway.members.model import Member
from gateway.spaces.model import Space


@dataclass(frozen=True)
class ActivityView:
    """An activity with its times, how many places there are, how many of them are taken and how many wait."""

    activity: Activity
    times: Sequence[ActivityTime]
    places: int
    taken: int
    waiting: int


def activity(session: Session, activity_id: str) -> Activity:
    """Raises NotFound("activity")."""
    found = session.get(Activity, activity_id)
    if found is None:
        raise NotFound("activity")
    return found


def not_over(session: Session, *, now: datetime) -> Sequence[Activity]:
    """Those with a time ahead or under way, the soonest first; called off or not."""
    return session.scalars(
        select(Activity).where(Activity.ends_at > now).order_by(Activity.starts_at, Activity.id)
    ).all()


def all_since(session: Session, *, since: datetime) -> Sequence[Activity]:
    """Those that were not over then, the latest first."""
    return session.scalars(
        select(Activity).where(Activity.ends_at > since).order_by(Activity.starts_at.desc(), Activity.id)
    ).all()


def view(session: Session, activity: Activity) -> ActivityView:
    """As it stands in this transaction."""
    times = select(ActivityTime).where(ActivityTime.activity_id == activity.id).order_by(ActivityTime.no)
    places = select(func.count()).where(ActivityPlace.activity_id == activity.id)
    return ActivityView(
        activity,
        session.scalars(times).all(),
        session.scalar(places) or 0,
        _count(session, activity.id, RegistrationState.REGISTERED),
        _count(session, activity.id, RegistrationState.WAITING),
    )


def registration_in(session: Session, *, activity_id: str, member_id: str) -> Registration | None:
    """The member's, as long as they have not left."""
    return session.scalar(
        select(Registration).where(
            Registration.activity_id == activity_id, Registration.member_id == member_id, Registration.left_at.is_(None)
        )
    )


def registration_of(session: Session, *, activity_id: str, registration_id: str, member_id: str | None) -> Registration:
    """One of that activity; with `member_id` of that member alone. Raises NotFound("registration")."""
    found = session.get(Registration, registration_id, populate_existing=True)  # others may have moved it meanwhile
    if found is None or found.activity_id != activity_id or member_id not in (None, found.member_id):
        raise NotFound("registration")
    return found


def position(session: Session, registration: Registration) -> int | None:
    """The how-manieth somebody is who waits, from 1; None: they do not wait."""
    if registration.state is not RegistrationState.WAITING:
        return None
    ids = [one.id for one in waiting(session, registration.activity_id)]
    return ids.index(registration.id) + 1


def waiting(session: Session, activity_id: str) -> Sequence[Registration]:
    """Whoever came first comes first."""
    queue = select(Registration).where(
        Registration.activity_id == activity_id, Registration.state == RegistrationState.WAITING
    )
    return session.scalars(queue.order_by(Registration.joined_at, Registration.id)).all()


def who_is_in(session: Session, activity_id: str) -> Sequence[tuple[Registration, Member]]:
    """Everybody with a place, by number, and then everybody who waits, in order."""
    rows = session.execute(
        select(Registration, Member)
        .join(Member, Member.id == Registration.member_id)
        .where(Registration.activity_id == activity_id, Registration.left_at.is_(None))
        .order_by(Registration.place.is_(None), Registration.joined_at, Registration.id)
    )
    return [(registration, member) for registration, member in rows]


def free_place(session: Session, activity_id: str) -> int | None:
    """The lowest place that nobody has, or None."""
    taken = select(Registration.place).where(Registration.activity_id == activity_id, Registration.place.is_not(None))
    return session.scalar(
        select(ActivityPlace.place)
        .where(ActivityPlace.activity_id == activity_id, ActivityPlace.place.not_in(taken))
        .order_by(ActivityPlace.place)
        .limit(1)
    )


def standing_of(session: Session, *, member_id: str, after: datetime) -> Sequence[Registration]:
    """What the member signed up for or waits for that has not begun."""
    mine = (
        select(Registration)
        .join(Activity, Activity.id == Registration.activity_id)
        .where(Registration.member_id == member_id, Registration.left_at.is_(None), Activity.starts_at > after)
    )
    return session.scalars(mine.order_by(Registration.id)).all()


def present_of(session: Session, *, member_id: str, now: datetime) -> Sequence[Registration]:
    """What the member signed up for or waits for that is not over, the soonest first."""
    mine = (
        select(Registration)
        .join(Activity, Activity.id == Registration.activity_id)
        .where(Registration.member_id == member_id, Registration.left_at.is_(None), Activity.ends_at > now)
    )
    return session.scalars(mine.order_by(Activity.starts_at, Activity.id)).all()


@dataclass(frozen=True)
class Scheduled:
    """One time of an activity, as a calendar is told of it. `space` None: it is somewhere else.

    `placed_at`: since when its reader has a place in it, or last had one; `left_at`: since when they have none any
    more. Both None: it is told to whoever looks after the space. `turns`: how often they came and went since they first
    came.
    """

    activity: Activity
    time: ActivityTime
    space: Space | None
    placed_at: datetime | None = None
    left_at: datetime | None = None
    turns: int = 0

    @property
    def is_off(self) -> bool:
        """It was called off, or its reader gave their place back."""
        return self.activity.called_off_at is not None or self.left_at is not None

    @property
    def changes(self) -> int:
        """How often it became something else since it was first told; it never falls."""
        return self.turns + (self.activity.called_off_at is not None)

    @property
    def changed_at(self) -> datetime:
        """When it last became what it is."""
        moments = (self.activity.published_at, self.activity.called_off_at, self.placed_at, self.left_at)
        return max(moment for moment in moments if moment is not None)


def times_of(session: Session, *, member_id: str, since: datetime) -> list[Scheduled]:
    """Every time that was not over then of whatever the member has or had a place in, called off or not, in order."""
    came, went = func.count(), func.count(Registration.left_at)
    mine = (
        select(
            Registration.activity_id,
            func.max(Registration.placed_at).label("placed_at"),
            case((came == went, func.max(Registration.left_at))).label("left_at"),
            (came + went - 1).label("turns"),
        )
        .where(Registration.member_id == member_id, Registration.placed_at.is_not(None))
        .group_by(Registration.activity_id)
        .subquery()
    )
    rows = session.execute(
        select(Activity, ActivityTime, Space, mine.c.placed_at, mine.c.left_at, mine.c.turns)
        .join(ActivityTime, ActivityTime.activity_id == Activity.id)
        .join(mine, mine.c.activity_id == Activity.id)
        .outerjoin(Space, Space.id == Activity.space_id)
        .where(ActivityTime.ends_at > since)
        .order_by(ActivityTime.starts_at, ActivityTime.activity_id)
    )
    return [Scheduled(*row) for row in rows]


def times_in(session: Session, *, space_ids: Collection[str], since: datetime) -> list[Scheduled]:
    """Every time that was not over then of whatever takes place in one of these spaces, called off or not, in order."""
    rows = session.execute(
        select(Activity, ActivityTime, Space)
        .join(ActivityTime, ActivityTime.activity_id == Activity.id)
        .join(Space, Space.id == Activity.space_id)
        .where(Space.id.in_(space_ids), ActivityTime.ends_at > since)
        .order_by(ActivityTime.starts_at, ActivityTime.activity_id)
    )
    return [Scheduled(*row) for row in rows]


def last_changed_at(session: Session, *, member_id: str) -> datetime | None:
    """When anything last changed of what the member has or had a place in; None: they never did."""
    mine = (
        select(func.max(Registration.placed_at), func.max(Registration.left_at), func.max(Activity.called_off_at))
        .join(Activity, Activity.id == Registration.activity_id)
        .where(Registration.member_id == member_id)
    )
    return max((at for at in session.execute(mine).one() if at is not None), default=None)


def to_remind_of(session: Session, *, now: datetime, before: timedelta) -> Sequence[tuple[str, int]]:
    """Times that begin soon and of which nobody was reminded: the activity's id and the time's number."""
    soon = (
        select(ActivityTime.activity_id, ActivityTime.no)
        .join(Activity, Activity.id == ActivityTime.activity_id)
        .where(
            ActivityTime.starts_at > now,
            ActivityTime.starts_at <= now + before,
            ActivityTime.reminded_at.is_(None),
            Activity.called_off_at.is_(None),
        )
    )
    return [(activity_id, no) for activity_id, no in session.execute(soon)]


def members_in(session: Session, activity_id: str, states: Collection[RegistrationState]) -> Sequence[str]:
    """The ids of the members who stand so."""
    found = select(Registration.member_id).where(
        Registration.activity_id == activity_id, Registration.state.in_(states)
    )
    return session.scalars(found.order_by(Registration.joined_at, Registration.id)).all()


def _count(session: Session, activity_id: str, state: RegistrationState) -> int:
    found = select(func.count()).where(Registration.activity_id == activity_id, Registration.state == state)
    return session.scalar(found) or 0
