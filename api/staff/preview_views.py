"""What a rule would do, as JSON."""

from datetime import datetime
from typing import Self

from api.explain_views import FindingView
from api.policy_views import RuleWish
from api.views import AnyId, View
from gateway.bookings.preview import Refused


class RulePreview(RuleWish):
    """A rule to be, and the id that it would have: it may take the place of one."""

    id: AnyId


class WouldBeRefused(View):
    """A booking that stands and would not be made under that rule."""

    booking_id: str
    member_no: str
    space_id: str
    starts_at: datetime
    ends_at: datetime
    because: FindingView

    @classmethod
    def of(cls, refused: Refused) -> Self:
        """As it was judged."""
        return cls(
            booking_id=refused.booking.id,
            member_no=refused.member.member_no,
            space_id=refused.booking.space_id,
            starts_at=refused.booking.starts_at,
            ends_at=refused.booking.ends_at,
            because=FindingView.of(refused.finding),
        )


class Preview(View):
    """Which bookings would be refused; all of them stay as they are, whatever is set. `members`: how many people's."""

    bookings: list[WouldBeRefused]
    members: int

    @classmethod
    def of(cls, refused: list[Refused]) -> Self:
        """The soonest first."""
        return cls(
            bookings=[WouldBeRefused.of(one) for one in refused], members=len({one.member.id for one in refused})
        )
