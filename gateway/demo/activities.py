"""What the demo centre offers its members: a class that has a queue, a lecture, a match for everybody."""

from datetime import datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from gateway.activities import queries, service
from gateway.activities.model import ActivityKind
from gateway.centre import Centre
from gateway.kit.clock import at_wall
from gateway.members import queries as members
from gateway.spaces.rules import Span


class _Offer(NamedTuple):
    """`days`: from today, at `from_min` minutes after midnight; `comes`: how many members have signed up."""

    kind: ActivityKind
    title: tuple[str, str]
    words: tuple[str, str]
    days: tuple[int, ...]
    from_min: int
    minutes: int
    places: int
    comes: int


_OFFERS: Final = (
    _Offer(
        ActivityKind.CLASS,
        ("八段锦晨练", "Baduanjin in the morning"),
        ("跟着老师慢慢练，穿布鞋来就行。", "Slow exercises with a teacher. Soft shoes are all you need."),
        days=(3, 10, 17, 24),
        from_min=9 * 60,
        minutes=60,
        places=12,
        comes=14,
    ),
    _Offer(
        ActivityKind.LECTURE,
        ("用手机拍好照片", "Better pictures with your phone"),
        ("带上手机，当场练习。", "Bring your phone; we try it on the spot."),
        days=(6,),
        from_min=19 * 60,
        minutes=90,
        places=40,
        comes=17,
    ),
    _Offer(
        ActivityKind.MATCH,
        ("象棋友谊赛", "A friendly afternoon of Chinese chess"),
        ("会走就能来，不分输赢。", "Whoever knows the moves may come; nobody minds who wins."),
        days=(9,),
        from_min=14 * 60,
        minutes=180,
        places=16,
        comes=5,
    ),
)
_FIRST_MEMBER: Final = 10_021  # the first twenty are left to whoever tries the demo


def offer(centre: Centre) -> None:
    """Publish them in a centre that has never had any, and let members sign up."""
    now = centre.clock.now()
    with centre.sessions.begin() as session:
        if not queries.all_since(session, since=now - timedelta(days=366)):
            for one in _OFFERS:
                _publish(session, centre, one, now)


def _publish(session: Session, centre: Centre, one: _Offer, now: datetime) -> None:
    zone, today = ZoneInfo(centre.settings.zone), centre.today(now)
    starts = [at_wall(zone, today + timedelta(days=day), one.from_min) for day in one.days]
    made = service.publish(
        session,
        kind=one.kind,
        title=one.title,
        words=one.words,
        times=[Span(start, start + timedelta(minutes=one.minutes)) for start in starts],
        places=one.places,
        opens_at=now - timedelta(days=1),
        closes_at=starts[0],
        space_id=None,
        group_id=None,
        actor="gateway",
        now=now,
    )
    for number in range(_FIRST_MEMBER, _FIRST_MEMBER + one.comes):
        if member := members.member_by_no(session, member_no=str(number)):
            service.sign_up(session, activity_id=made.id, member=member, may_wait=True, now=now)
