"""A door display, as JSON."""

from datetime import datetime
from typing import Self

from api.views import InBothLanguages, View, name_of
from gateway.bookings.door import AtDoor, Stretch
from gateway.spaces.model import Space


class DoorStretchView(View):
    """A time and what is to be said of it. Never who has it. `why` it is closed, where staff said so; else null."""

    starts_at: datetime
    ends_at: datetime
    state: AtDoor
    why: str | None

    @classmethod
    def of(cls, stretch: Stretch) -> Self:
        """As the query found it."""
        starts_at, ends_at = stretch.span
        return cls(starts_at=starts_at, ends_at=ends_at, state=stretch.state, why=stretch.why or None)


class DoorDisplay(View):
    """A space now and next. `as_of`: the centre's time when it was so; `zone`: by which its clocks go.

    `stretches` follow one another without a gap: the first is now, the last ends with tomorrow.
    """

    space_id: str
    name: InBothLanguages
    as_of: datetime
    zone: str
    stretches: list[DoorStretchView]

    @classmethod
    def of(cls, space: Space, stretches: list[Stretch], *, as_of: datetime, zone: str) -> Self:
        """As it stands in this transaction."""
        return cls(
            space_id=space.id,
            name=name_of(space.name_zh, space.name_en),
            as_of=as_of,
            zone=zone,
            stretches=[DoorStretchView.of(one) for one in stretches],
        )
