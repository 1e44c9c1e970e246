"""Publishing activities, signing up for them and calling them off. Nothing here commits."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from gateway.activities import queries, rules
from gateway.activities.model import (
    Activity,
    ActivityKind,
    ActivityPlace,
    ActivityTime,
    Registration,
    RegistrationState,
)
from gateway.kit import audit
from gateway.kit.db import take_turn
from gateway.kit.errors import Conflict, Malformed, NotFound
from gateway.kit.ids import new_id
from gateway.members import groups
from gateway.members.model import Group, Member
from gateway.notices import service as notices
from gateway.spaces import queries as spaces
from gateway.spaces import service as spaces_service
from gateway.spaces.model import ClaimKind
from gateway.spaces.rules import Span


def publish(
    session: Session,
    *,
    kind: ActivityKind,
    title: tuple[str, str],
    words: tuple[str, str],
    times: Sequence[Span],
    places: int,
    opens_at: datetime,
    closes_at: datetime,
    space_id: str | None,
    group_id: str | None,
    actor: str,
    now: datetime,
) -> Activity:
    """Offer an activity. Its space, if it has one, is closed for everything else at all of its times, or at none.

    `title`, `words`: Chinese, English. Raises Conflict("slot_taken") when somebody has any of the space then,
    NotFound: `space`, `group`, and Malformed naming what cannot be so.
    """
    if fault := rules.times_fault(times, opens_at=opens_at, closes_at=closes_at, now=now):
        raise Malformed("malformed", field=fault)
    if group_id is not None and session.get(Group, group_id) is None:
        raise NotFound("group")
    made = Activity(
        id=new_id(),
        kind=kind,
        title_zh=title[0],
        title_en=title[1],
        words_zh=words[0],
        words_en=words[1],
        space_id=spaces.space(session, space_id).id if space_id is not None else None,
        group_id=group_id,
        starts_at=times[0].starts_at,
        ends_at=times[-1].ends_at,
        opens_at=opens_at,
        closes_at=closes_at,
        published_at=now,
    )
    session.add(made)
    session.flush()
    session.add_all(
        ActivityTime(activity_id=made.id, no=no, starts_at=one[0], ends_at=one[1]) for no, one in enumerate(times)
    )
    session.add_all(ActivityPlace(activity_id=made.id, place=place) for place in range(places))
    session.flush()
    if space_id is not None:
        space = spaces.space(session, space_id)
        for span in times:
            spaces_service.claim(session, space=space, span=span, kind=ClaimKind.CLOSURE, source_id=made.id)
    audit.append(session, actor=actor, act="activity_published", thing=made.id, now=now, places=places, space=space_id)
    return made


def sign_up(session: Session, *, activity_id: str, member: Member, may_wait: bool, now: datetime) -> Registration:
    """Have a place, or with `may_wait` stand in the queue when there is none.

    Raises NotFound("activity"); Conflict: `activity_called_off`, `activity_not_for_you`, `registration_not_open`,
    `registration_closed`, `already_signed_up`, `activity_full`.
    """
    activity = _hold(session, activity_id)
    mine = {group.id for group in groups.groups_of(session, member_id=member.id)}
    if refusal := rules.sign_up_refusal(activity, groups=mine, now=now):
        raise Conflict(refusal)
    if queries.registration_in(session, activity_id=activity_id, member_id=member.id):
        raise Conflict("already_signed_up")
    place = queries.free_place(session, activity_id)
    if place is None and not may_wait:
        raise Conflict("activity_full")
    made = Registration(
        id=new_id(),
        activity_id=activity_id,
        member_id=member.id,
        state=RegistrationState.WAITING if place is None else RegistrationState.REGISTERED,
        place=place,
        joined_at=now,
        placed_at=None if place is None else now,
    )
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError as error:  # however it came to this: the database has the last word
        raise Conflict("activity_full") from error
    _tell(session, made, act="signed_up" if place is not None else "waits_for_activity", actor=member.audit_id, now=now)
    return made


def leave(
    session: Session,
    *,
    activity_id: str,
    registration_id: str,
    member: Member,
    now: datetime,
    actor: str | None = None,
) -> None:
    """Give the place back, or wait no longer. Whoever waits longest has the place at once, and is told.

    `actor`: who lets the member leave; None: they leave themselves.

    Raises NotFound: `activity`, `registration`; Conflict: `activity_begun`, `registration_over`.
    """
    activity = _hold(session, activity_id)
    registration = queries.registration_of(
        session, activity_id=activity_id, registration_id=registration_id, member_id=member.id
    )
    if refusal := rules.leave_refusal(activity, now):
        raise Conflict(refusal)
    place = registration.place
    _move(session, registration, RegistrationState.LEFT, place=None, left_at=now)
    if place is not None:
        _pass_on(session, activity, place, now)
    _tell(session, registration, act="activity_left", actor=actor or member.audit_id, now=now)


def leave_all(session: Session, *, member: Member, now: datetime, actor: str | None = None) -> None:
    """Leave whatever has not begun: the member leaves the house, or is let in no longer.

    Takes its turn at all of it before the trail.
    """
    take_turns(session, member=member, now=now)
    for one in queries.standing_of(session, member_id=member.id, after=now):
        leave(session, activity_id=one.activity_id, registration_id=one.id, member=member, actor=actor, now=now)


def take_turns(session: Session, *, member: Member, now: datetime) -> None:
    """Have whatever the member could leave for oneself; in an order that everybody keeps."""
    for activity_id in sorted(
        {one.activity_id for one in queries.standing_of(session, member_id=member.id, after=now)}
    ):
        take_turn(session, Activity, activity_id)


def call_off(session: Session, *, activity_id: str, reason: str, actor: str, now: datetime) -> Activity:
    """It does not take place: everybody in it and in its queue is told why, and its space is free again.

    Raises NotFound("activity"); Conflict: `activity_called_off`, `activity_over`.
    """
    activity = _hold(session, activity_id)
    if activity.called_off_at is not None:
        raise Conflict("activity_called_off")
    if activity.ends_at <= now:
        raise Conflict("activity_over")
    if activity.space_id is not None:
        spaces_service.take_turns(session, spaces.space(session, activity.space_id))
        spaces_service.release(session, kind=ClaimKind.CLOSURE, source_id=activity.id, now=now)
    activity.called_off_at, activity.called_off_for = now, reason
    session.flush()
    for member_id in queries.members_in(
        session, activity.id, (RegistrationState.REGISTERED, RegistrationState.WAITING)
    ):
        _leave_notice(session, activity, member_id, "activity_is_off", now, reason=reason)
    audit.append(session, actor=actor, act="activity_called_off", thing=activity.id, now=now, reason=reason)
    return activity


def note_attendance(
    session: Session, *, activity_id: str, registration_id: str, came: bool, actor: str, now: datetime
) -> Registration:
    """Staff say whether somebody came. Raises NotFound("registration"), for whoever has no place too."""
    found = queries.registration_of(session, activity_id=activity_id, registration_id=registration_id, member_id=None)
    if found.state is not RegistrationState.REGISTERED:
        raise NotFound("registration")
    found.came_at = now if came else None
    session.flush()
    audit.append(session, actor=actor, act="attendance_noted", thing=found.id, now=now, came=came)
    return found


def remind(session: Session, *, activity_id: str, no: int, now: datetime) -> bool:
    """Tell whoever has a place that it begins soon, once. True when they were. Safe to repeat."""
    activity = _hold(session, activity_id)
    time = session.get_one(ActivityTime, (activity_id, no))
    if activity.called_off_at or time.reminded_at or not rules.is_reminder_due(time.starts_at, now):
        return False
    time.reminded_at = now
    for member_id in queries.members_in(session, activity_id, (RegistrationState.REGISTERED,)):
        _leave_notice(session, activity, member_id, "activity_soon", now, starts_at=time.starts_at.isoformat())
    session.flush()
    return True


def _hold(session: Session, activity_id: str) -> Activity:
    """Whoever changes who is in it comes one after the other."""
    queries.activity(session, activity_id)
    take_turn(session, Activity, activity_id)
    return session.get_one(Activity, activity_id, populate_existing=True)


def _pass_on(session: Session, activity: Activity, place: int, now: datetime) -> None:
    queue = queries.waiting(session, activity.id)
    if not queue:
        return
    first = queue[0]
    _move(session, first, RegistrationState.REGISTERED, place=place, placed_at=now)
    starts_at = activity.starts_at.isoformat()
    _leave_notice(session, activity, first.member_id, "activity_place_yours", now, starts_at=starts_at)
    _tell(session, first, act="activity_place_given", actor="gateway", now=now)


def _move(session: Session, registration: Registration, to: RegistrationState, **values: Any) -> None:  # noqa: ANN401
    """Of two racing acts exactly one moves it. Raises Conflict("registration_over")."""
    moved = session.execute(
        update(Registration)
        .where(
            Registration.id == registration.id, Registration.state == registration.state, Registration.left_at.is_(None)
        )
        .values(state=to, **values)
        .returning(Registration.id)
    ).scalar_one_or_none()
    if moved is None:
        raise Conflict("registration_over")
    session.refresh(registration)


def _tell(session: Session, registration: Registration, *, act: str, actor: str, now: datetime) -> None:
    audit.append(session, actor=actor, act=act, thing=registration.activity_id, now=now, registration=registration.id)


def _leave_notice(
    session: Session, activity: Activity, member_id: str, kind: str, now: datetime, **more: object
) -> None:
    title = {"zh-CN": activity.title_zh, "en": activity.title_en}
    notices.leave(session, member_id=member_id, kind=kind, about=activity.id, now=now, title=title, **more)
