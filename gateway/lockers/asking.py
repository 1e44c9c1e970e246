"""Whether somebody may rent, and which rule says so: asked beforehand, judged as if they did it. Nothing is changed."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from gateway.lockers import offers, queries, rules
from gateway.lockers.model import Bank, Rental
from gateway.lockers.standing import Standing
from gateway.members.model import Member
from gateway.policies.judged import Judged, Refusal
from gateway.policies.rules import Bound
from gateway.policies.wishes import Act


def may_rent(
    session: Session, *, member: Member, bank_id: str, until: datetime | None, days: int, max_days: int, now: datetime
) -> Judged:
    """What the rules would say to `service.rent` there; which compartment is free shows when it is rented.

    `until` None: `days`, or so many as they may. Raises NotFound("bank").
    """
    queries.bank(session, bank_id)
    standing = Standing.of(session, member=member, banks=[bank_id], max_days=max_days, now=now)
    most = standing.max_days(bank_id)
    runs_until = until or now + timedelta(days=days if most is None else min(days, most))
    verdict = standing.judge(Act.RENT, bank_id, from_at=now, until=runs_until)
    return Judged(_while_overdue(session, standing.rentals, now), verdict)


def may_extend(
    session: Session, *, rental: Rental, member: Member, until: datetime, max_days: int, now: datetime
) -> Judged:
    """What the rules would say to `service.extend`."""
    bank_id = offers.of(session, rental.compartment_id).bank_id
    standing = Standing.of(session, member=member, banks=[bank_id], max_days=max_days, now=now)
    verdict = standing.judge(Act.EXTEND, bank_id, from_at=rental.from_at, until=until)
    ended = Refusal("rental_ended") if rental.ended_at is not None else None
    return Judged(ended or _while_overdue(session, [rental], now), verdict)


def limits_of(session: Session, *, member: Member, max_days: int, now: datetime) -> list[tuple[Bank, list[Bound]]]:
    """What holds for a member at every bank."""
    banks = [view.bank for view in queries.banks(session)]
    standing = Standing.of(session, member=member, banks=[bank.id for bank in banks], max_days=max_days, now=now)
    return [(bank, standing.at(bank.id)) for bank in banks]


def _while_overdue(session: Session, rentals: Sequence[Rental], now: datetime) -> Refusal | None:
    stages = (queries.view(session, rental).stage(now) for rental in rentals)
    refusals = (rules.new_use_refusal(stage) for stage in stages if stage is not None)
    return next((Refusal(code) for code in refusals if code is not None), None)
