"""Who else may open a rental, as JSON."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import StrictBool, StringConstraints

from api.views import Ask, InBothLanguages, Instant, PlainText, View, name_of
from gateway.lockers.shares import Share


class NewShare(Ask):
    """Who else may open a rental: once, or as often as they like; without `until` as long as the rental runs."""

    member_no: Annotated[PlainText, StringConstraints(max_length=32)]
    once: StrictBool = False
    until: Instant | None = None


class ShareView(View):
    """Somebody else may open a rental. As they see it, and as its holder does. `until` null: as long as it runs."""

    id: str
    rental_id: str
    lock_id: str
    bank_name: InBothLanguages
    label: str
    holder_name: str
    member_no: str
    once: bool
    until: datetime | None

    @classmethod
    def of(cls, found: Share) -> Self:
        """As the query found it."""
        place, until = found.place, found.grant.until_at
        return cls(
            id=found.grant.id,
            rental_id=place.rental.id,
            lock_id=place.compartment.lock_id,
            bank_name=name_of(place.bank.name_zh, place.bank.name_en),
            label=place.compartment.label,
            holder_name=found.holder.name,
            member_no=found.member.member_no,
            once=found.grant.once_after_seq is not None,
            until=until or place.rental.until_at,
        )
