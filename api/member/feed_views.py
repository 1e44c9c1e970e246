"""Calendar addresses, as JSON."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import Field

from api.views import AnyId, Ask, PlainText, View
from gateway.bookings.model import CalendarAddress


class CalendarWish(Ask):
    """An address to be. `label`: the member's word for it, such as their phone's name.

    `space_id`: the bookings of that space and its parts, for staff; null: the member's own.
    """

    label: Annotated[PlainText, Field(max_length=64)] | None = None
    space_id: AnyId | None = None


class CalendarView(View):
    """Where a calendar program reads bookings. `space_id` null: the member's own."""

    id: str
    label: str
    space_id: str | None
    made_at: datetime

    @classmethod
    def of(cls, address: CalendarAddress) -> Self:
        """As the row says."""
        return cls(id=address.id, label=address.label, space_id=address.space_id, made_at=address.made_at)


class NewCalendarView(CalendarView):
    """One that was just made. `path`: what a calendar program opens, behind this centre's own address.

    It is told this once; null when this request was answered before.
    """

    path: str | None
