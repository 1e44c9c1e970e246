"""The draw: one transaction in which the times come free and are had by whom the lot names, through the usual door."""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.ballots import queries, record, service
from gateway.ballots.model import Ballot, BallotState, Entry, EntryState, EntryWish
from gateway.ballots.record import Drawn, Record, Result
from gateway.bookings import service as bookings
from gateway.bookings import waitlist
from gateway.bookings.model import Booking
from gateway.bookings.rules import Policy
from gateway.bookings.standing import Standing
from gateway.bookings.waits import Wait
from gateway.kit import audit
from gateway.kit.db import announce
from gateway.members.model import Group, Member, Membership
from gateway.notices import service as notices
from gateway.policies.wishes import Act
from gateway.spaces import queries as spaces
from gateway.spaces import service as spaces_service
from gateway.spaces.model import ClaimKind
from gateway.spaces.rules import Span

_DISABLED: Final = "member_disabled"
_MOMENT: Final = timedelta(microseconds=1)  # between two who stand in a queue


def draw(session: Session, *, ballot_id: str, policy: Policy, now: datetime) -> bool:
    """Draw a ballot that has closed. True when it was. Safe to repeat, and late: it is drawn once.

    Each lot is judged by the rules as if its member booked now, but for how far ahead. Who gets nothing stands in the
    queue for the best-liked time that only others were in the way of, in the order of the draw.
    """
    ballot = service.hold(session, ballot_id)
    if ballot.state is not BallotState.OPEN or now < ballot.closes_at:
        return False
    entries = {entry.id: entry for entry in queries.entries(session, ballot.id)}
    hat = _Hat(session, ballot, policy, now, entries, queries.wishes(session, list(entries)))
    # Everybody comes before the space, and the space before any claim, as for whoever books.
    hat.hold_everybody()
    spaces_service.take_turns(session, spaces.space(session, ballot.space_id))
    spaces_service.release(session, kind=ClaimKind.BALLOT, source_id=ballot.id, now=now)
    blank = hat.blank()
    drawn = record.draw(blank, lambda entry, rank: hat.take(entry.id, rank))
    hat.queue_up(drawn)
    hat.settle(blank, drawn.results)
    hat.tell(drawn.results)
    return True


@dataclass
class _Hat:
    """Everything that was handed in, and what comes of it."""

    session: Session
    ballot: Ballot
    policy: Policy
    now: datetime
    entries: Mapping[str, Entry]
    wishes: Mapping[str, Sequence[EntryWish]]
    booked: dict[str, Booking] = field(default_factory=dict)
    refused: dict[str, dict[int, str]] = field(default_factory=lambda: defaultdict(dict))
    queued: dict[str, Wait] = field(default_factory=dict)

    def hold_everybody(self) -> None:
        """On PostgreSQL nobody books meanwhile who is in it, nor for a branch of theirs; all in one order."""
        mine = select(Membership.group_id).where(Membership.member_id.in_(self._member_ids))
        members = select(Member).where(Member.id.in_(self._member_ids)).order_by(Member.id)
        groups = select(Group).where(Group.id.in_(mine)).order_by(Group.id)
        self.session.scalars(members.with_for_update(key_share=True)).all()
        self.session.scalars(groups.with_for_update(key_share=True)).all()

    def blank(self) -> Record:
        """All that the draw comes from; what it comes to is still blank."""
        ballot = self.ballot
        wins = queries.wins(self.session, member_ids=self._member_ids, now=self.now)
        entries = [
            record.Entry(
                id=entry.id,
                wins=wins.get(entry.member_id, 0),
                wishes=[record.Wish(one.space_id, one.starts_at, one.ends_at) for one in self.wishes[entry.id]],
                people=entry.people,
            )
            for entry in self.entries.values()
        ]
        divided = {space_id: spaces.undivided(self.session, space_id) for space_id in self._space_ids}
        wished = {space_id: spaces.space(self.session, space_id) for space_id in divided}
        places = {part.id: part.places for parts in divided.values() for part in parts}
        within = Span(
            ballot.starts_at, ballot.ends_at + timedelta(minutes=max(one.buffer_min for one in wished.values()))
        )
        return Record(
            format=record.FORMAT,
            ballot=ballot.id,
            space=ballot.space_id,
            starts_at=ballot.starts_at,
            ends_at=ballot.ends_at,
            closed_at=ballot.closes_at,
            drawn_at=self.now,
            commitment=ballot.commitment,
            seed=ballot.seed,
            entries_hash=record.hash_of(entries),
            entries=entries,
            spaces={
                one.id: record.Place([part.id for part in divided[one.id]], one.buffer_min, one.capacity)
                for one in wished.values()
            },
            places=places,
            taken=[
                record.Taken(one.space_id, one.place, one.starts_at, one.ends_at)
                for one in spaces.claims(self.session, list(places), within)
            ],
            results=[],
        )

    def take(self, entry_id: str, rank: int) -> bool:
        """Book it for them if the rules allow it now. The database has the last word: its no would end the draw."""
        entry, wish, span = self.entries[entry_id], self.wishes[entry_id][rank], self._span(entry_id, rank)
        member, space = self._member(entry), spaces.space(self.session, wish.space_id)
        standing = Standing.of(self.session, member=member, space=space, span=span, policy=self.policy, now=self.now)
        judged = standing.judge(Act.BALLOT, span, guests=entry.guests)
        if code := judged.code if member.disabled_at is None else _DISABLED:
            self.refused[entry_id][rank] = code
            return False
        self.booked[entry_id] = bookings.seat(
            self.session,
            member=member,
            space=space,
            span=span,
            guests=entry.guests,
            waits=judged.verdict.approval is not None,
            policy=self.policy,
            now=self.now,
        )
        return True

    def queue_up(self, drawn: Drawn) -> None:
        """Those who got nothing stand one behind the other."""
        losers = [one.entry for one in drawn.results if one.wish is None and one.entry in drawn.missed]
        for number, entry_id in enumerate(losers):
            entry, rank = self.entries[entry_id], drawn.missed[entry_id]
            wait = waitlist.stand(
                self.session,
                member=self._member(entry),
                space_id=self.wishes[entry_id][rank].space_id,
                span=self._span(entry_id, rank),
                guests=entry.guests,
                policy=self.policy,
                now=self.now,
                joined_at=self.now + number * _MOMENT,
            )
            if wait is not None:
                self.queued[entry_id] = wait

    def settle(self, blank: Record, results: list[Result]) -> None:
        """Write down what it came to, and keep the whole record."""
        for place, result in enumerate(results, start=1):
            entry, booking = self.entries[result.entry], self.booked.get(result.entry)
            entry.place, entry.state = place, EntryState.WON if booking else EntryState.LOST
            entry.booking_id = booking.id if booking else None
        whole = msgspec.structs.replace(blank, entries=[self._judged(one) for one in blank.entries], results=results)
        ballot = self.ballot
        ballot.state, ballot.drawn_at, ballot.record = BallotState.DRAWN, self.now, whole.written()
        self.session.flush()

    def tell(self, results: list[Result]) -> None:
        """Everybody hears of it. The trail comes last: on PostgreSQL it makes others wait."""
        session, ballot, now = self.session, self.ballot, self.now
        for result in results:
            self._leave_notice(result.entry)
        announce(session, "ballot", id=ballot.id, member_id=None, state=ballot.state)
        digest = hashlib.sha256(ballot.record.encode()).hexdigest()
        audit.append(
            session, actor="gateway", act="ballot_drawn", thing=ballot.id, now=now, seed=ballot.seed, record=digest
        )
        for booking in self.booked.values():
            bookings.tell(session, booking, actor="gateway", act="booked_by_lot", now=now)
        for wait in self.queued.values():
            waitlist.tell(session, wait, actor="gateway", act="wait_joined", now=now)

    @property
    def _member_ids(self) -> list[str]:
        return sorted({entry.member_id for entry in self.entries.values()})

    @property
    def _space_ids(self) -> list[str]:
        wished = {wish.space_id for wishes in self.wishes.values() for wish in wishes}
        return sorted({self.ballot.space_id} | wished)

    def _member(self, entry: Entry) -> Member:
        return self.session.get_one(Member, entry.member_id)

    def _span(self, entry_id: str, rank: int) -> Span:
        wish = self.wishes[entry_id][rank]
        return Span(wish.starts_at, wish.ends_at)

    def _judged(self, entry: record.Entry) -> record.Entry:
        said = self.refused.get(entry.id, {})
        wishes = [msgspec.structs.replace(one, refused=said.get(rank, "")) for rank, one in enumerate(entry.wishes)]
        return msgspec.structs.replace(entry, wishes=wishes)

    def _leave_notice(self, entry_id: str) -> None:
        booking, wait = self.booked.get(entry_id), self.queued.get(entry_id)
        of = booking or wait or self.wishes[entry_id][0]
        space = spaces.space(self.session, of.space_id)
        notices.leave(
            self.session,
            member_id=self.entries[entry_id].member_id,
            kind="ballot_won" if booking else "ballot_lost_waiting" if wait else "ballot_lost",
            about=self.ballot.id,
            now=self.now,
            space={"zh-CN": space.name_zh, "en": space.name_en},
            starts_at=of.starts_at.isoformat(),
        )
