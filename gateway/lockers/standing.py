"""How a member stands towards locker banks: which rules hold for them there, and what they rent already.

Whoever rents, extends or only asks is judged here, so that an explanation and a refusal never disagree.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from sqlalchemy.orm import Session

from gateway.kit.errors import Conflict
from gateway.lockers import queries, rules
from gateway.lockers.model import Rental
from gateway.members.model import Member
from gateway.policies import queries as policies
from gateway.policies import service as policies_service
from gateway.policies import wishes
from gateway.policies.model import Layer, Limit
from gateway.policies.rules import CENTRE, Bound, Scope, Verdict, tightest
from gateway.policies.wishes import Act, Held, Wish


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What `judge` needs, read once. What staff assigned or hold, and what others left for them, counts for nobody."""

    now: datetime
    bounds: Sequence[Bound]
    rentals: Sequence[Rental]
    held: Mapping[str, Held]

    @classmethod
    def of(cls, session: Session, *, member: Member, banks: Collection[str], max_days: int, now: datetime) -> Self:
        """Read it for these banks. Whoever acts has the member's row first, so that two do not both count as last."""
        scopes = frozenset({CENTRE, *(_scope(bank_id) for bank_id in banks)})
        rented = queries.rented_by(session, member_id=member.id)
        return cls(
            now=now,
            bounds=policies.bounds_for(
                session, member_id=member.id, scopes=scopes, defaults=rules.defaults(max_days=max_days)
            ),
            rentals=[rental for rental, _ in rented],
            held={
                rental.id: Held(rental.from_at, rental.until_at or now, frozenset({CENTRE, _scope(bank_id)}))
                for rental, bank_id in rented
            },
        )

    def judge(self, act: Act, bank_id: str | None, *, from_at: datetime, until: datetime | None) -> Verdict:
        """What the rules say of that. `bank_id` None: wherever it be; `until` None: without an end."""
        wish = Wish(act=act, now=self.now, starts_at=from_at, ends_at=until or from_at, held=self.held.values())
        return wishes.judge(wish, self.at(bank_id))

    def max_days(self, bank_id: str) -> int | None:
        """For how many days the member can rent there at most; None: nothing limits it."""
        found = tightest(self.at(bank_id), Limit.MAX_DAYS)
        return found.value if found else None

    def insist(self, verdict: Verdict) -> None:
        """Raises Conflict with the rule's facts, and with the rental that is one too many already."""
        refusal = verdict.refusal
        if refusal and self.rentals and refusal.bound.limit is Limit.RENTALS_AT_ONCE:
            code, facts = policies_service.code_of(refusal), policies_service.told(refusal)
            raise Conflict(code, rental_id=self.rentals[0].id, **facts)
        policies_service.insist(verdict)

    def at(self, bank_id: str | None) -> list[Bound]:
        """What holds at a bank; None: what holds at all of them."""
        here = {CENTRE} if bank_id is None else {CENTRE, _scope(bank_id)}
        return [bound for bound in self.bounds if bound.scope in here]


def _scope(bank_id: str) -> Scope:
    return Scope(Layer.BANK, bank_id)
