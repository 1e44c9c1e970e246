"""A member has themselves erased."""

from datetime import datetime

from sqlalchemy import Select, delete, select, update
from sqlalchemy.orm import Session

from gateway.access import service as access
from gateway.activities import service as activities
from gateway.ballots import service as ballots
from gateway.ballots.model import Ballot, BallotState, Entry
from gateway.bookings import leaving
from gateway.bookings.model import Booking
from gateway.bookings.rules import Policy
from gateway.kit import audit
from gateway.kit.errors import Conflict, Refused
from gateway.kit.ids import new_id
from gateway.lockers.model import DropOff, Rental
from gateway.members import service as members
from gateway.members.model import Language, Member
from gateway.notices.model import Notice
from gateway.personal import queries, rules
from gateway.personal.rules import ABOUT_MEMBERS, Fate


def erase(session: Session, *, member: Member, policy: Policy, now: datetime) -> None:
    """Forget who a member was: the row of theirs, PINs, cards, sessions, notices, and what leads to them.

    What is booked ahead is given back. Openings, rentals and bookings of the past stay, and are nobody's. The last
    entry of the trail about them says that they were erased; their subject id leads nowhere from then on, and the trail
    still verifies. It cannot be undone.

    Whatever is done in their name at the same instant came before and is seen, or finds nobody.

    Raises Conflict: `staff_not_erased`, `things_held`, `unlock_under_way`, and `ballot_closed` while one that they take
    part in is drawn; Refused("not_signed_in") for who is gone already.
    """
    # Whatever is waited for comes before the first entry of the trail, which is waited for too; and a ballot before
    # who is in it, as for whoever draws.
    theirs = _draws_of(member).with_only_columns(Ballot.id).order_by(Ballot.id)
    session.execute(theirs.with_for_update(read=True, of=Ballot))
    _have_for_oneself(session, member)
    refusal = rules.erasure_refusal(
        role=member.role,
        holds_things=queries.holds_things(session, member.id),
        is_opening=queries.is_opening(session, member.id),
    )
    if refusal:
        raise Conflict(refusal)
    activities.take_turns(session, member=member, now=now)
    leaving.give_everything_back(session, member=member, actor=member.audit_id, policy=policy, now=now)
    _leave_ballots(session, member, now)
    activities.leave_all(session, member=member, now=now)
    access.end_all_of(session, member_id=member.id, now=now)
    members.clear_wrong_passwords(session, member_no=member.member_no)
    audit.append(session, actor=member.audit_id, act="member_erased", thing=member.audit_id, now=now)
    _forget(session, member)
    _put_nobody_in_place_of(session, member, now)


def _have_for_oneself(session: Session, member: Member) -> None:
    """Wait for whoever has begun anything in the member's name or for them, and let whoever begins now wait.

    Raises Refused("not_signed_in") when they are gone already.
    """
    if session.get(Member, member.id, with_for_update=True, populate_existing=True) is None:
        raise Refused("not_signed_in")


def _leave_ballots(session: Session, member: Member, now: datetime) -> None:
    for entry in session.scalars(_draws_of(member)).all():
        ballots.withdraw(session, ballot_id=entry.ballot_id, entry_id=entry.id, member=member, now=now)


def _draws_of(member: Member) -> Select[Entry]:
    """What they handed in, where it is not drawn yet."""
    open_ones = select(Entry).join(Ballot, Ballot.id == Entry.ballot_id)
    return open_ones.where(Entry.member_id == member.id, Ballot.state == BallotState.OPEN)


def _forget(session: Session, member: Member) -> None:
    session.flush()
    # What others were told of these may have the name in it.
    about = [select(Booking.id).where(Booking.member_id == member.id)]
    about.append(select(Rental.id).where(Rental.member_id == member.id))
    about.append(select(DropOff.rental_id).where(DropOff.recipient_id == member.id))
    for things in about:
        session.execute(delete(Notice).where(Notice.about.in_(things)))
    for kept in ABOUT_MEMBERS:
        table = queries.table_of(kept)
        if kept.fate is Fate.DELETED:
            session.execute(delete(table).where(queries.about(kept, member)))
        elif kept.blanked:
            session.execute(update(table).where(queries.about(kept, member)).values(dict.fromkeys(kept.blanked, "")))
    session.expire_all()


def _put_nobody_in_place_of(session: Session, member: Member, now: datetime) -> None:
    """Let what stays refer to nobody, and take the member's own row away.

    So the database itself refuses whatever would still name them, whoever has forgotten to look.
    """
    gone = new_id()
    nobody = Member(
        id=new_id(),
        member_no=f"-{gone[:31]}",
        name=rules.ERASED_NAME,
        role=member.role,
        language=Language.ZH_CN,
        password_hash=rules.NO_HASH,
        audit_id=gone,
        created_at=member.created_at,
        disabled_at=now,
    )
    session.add(nobody)
    session.flush()
    for kept in rules.STAYING:
        table = queries.table_of(kept)
        for column in kept.columns:
            named = table.c[column] == member.id
            session.execute(update(table).where(named).values({column: nobody.id}))
    session.execute(delete(Member).where(Member.id == member.id), execution_options={"synchronize_session": False})
    session.expunge_all()
