"""What staff read about use. `null` is always "nobody knows", never nothing."""

from datetime import date

from api.staff.definition_views import DefinitionView
from api.staff.usage_words import failure, reason
from api.views import View
from gateway.members.model import Language
from gateway.usage.queries import BankUsage, DayUsage, Forecast, SpaceUsage, Unmet
from gateway.usage.rules import Middle


class MiddleView(View):
    """The value that half of them do not reach, and the one that nine in ten do not."""

    median: float | None
    p90: float | None
    of: int

    @classmethod
    def of_values(cls, middle: Middle) -> "MiddleView":
        """Of so many values."""
        return cls(median=middle.median, p90=middle.p90, of=middle.of)


class SpaceUsageView(View):
    """One undivided space. Shares are from 0 to 1, times in hours."""

    space_id: str
    open_h: float
    booked_h: float
    used_h: float | None
    frequency: float | None
    occupancy: float | None
    utilisation: float | None
    bookings: int
    no_shows: int
    late_cancels: int
    recovered_h: float
    lead_h: MiddleView

    @classmethod
    def of(cls, one: SpaceUsage) -> "SpaceUsageView":
        """As it was read."""
        return cls(
            space_id=one.space.id,
            open_h=one.open_h,
            booked_h=one.booked_h,
            used_h=one.used_h,
            **one.rates._asdict(),
            bookings=one.bookings,
            no_shows=one.no_shows,
            late_cancels=one.late_cancels,
            recovered_h=one.recovered_h,
            lead_h=MiddleView.of_values(one.lead_h),
        )


class BankUsageView(View):
    """One locker bank. `failed`: openings that did not come about, by what came of them."""

    bank_id: str
    compartments: int
    rentals: int
    turnover: float | None
    dwell_h: MiddleView
    overdue: int
    opened: int
    failed: dict[str, int]
    forced: int

    @classmethod
    def of(cls, one: BankUsage) -> "BankUsageView":
        """As it was read."""
        return cls(
            bank_id=one.bank.id,
            compartments=one.compartments,
            rentals=one.rentals,
            turnover=one.turnover,
            dwell_h=MiddleView.of_values(one.dwell_h),
            overdue=one.overdue,
            opened=one.opened,
            failed=dict(one.failed),
            forced=one.forced,
        )


class RefusedView(View):
    """How often a wish was refused for one reason. `wish`: as in the path; `text`: what was said for `code`."""

    wish: str
    code: str
    text: str
    count: int


class FailedView(View):
    """How often a door did not open, or nobody can tell, for one reason. `text`: what `code` means."""

    code: str
    text: str
    count: int


class UnmetView(View):
    """What was wanted in vain. `waits`: everybody who stood in a waiting list, `waits_unseated` of them in vain.

    `refused`: at once; `failed`: openings of rooms and lockers that were taken up and did not come about.
    """

    refused: list[RefusedView]
    failed: list[FailedView]
    waits: int
    waits_unseated: int

    @classmethod
    def of(cls, one: Unmet, language: Language) -> "UnmetView":
        """As it was counted, the reasons in the reader's language."""
        refused = [
            RefusedView(wish=wish, code=code, text=reason(code, language), count=count)
            for (wish, code), count in one.refused.items()
        ]
        failed = [
            FailedView(code=code, text=failure(code, language), count=count) for code, count in one.failed.items()
        ]
        return cls(refused=refused, failed=failed, waits=one.waits, waits_unseated=one.waits_unseated)


class UsageView(View):
    """Days of the centre's calendar, both whole."""

    first: date
    last: date
    spaces: list[SpaceUsageView]
    banks: list[BankUsageView]
    unmet: UnmetView
    definitions: list[DefinitionView]


class HeatView(View):
    """`hours[0][9]`: the mean of Mondays between nine and ten. `null`: there was no such weekday."""

    first: date
    last: date
    hours: list[list[float | None]]


class DayUsageView(View):
    """Hours booked and used, everywhere together or of one space."""

    day: date
    booked_h: float
    used_h: float

    @classmethod
    def of(cls, one: DayUsage) -> "DayUsageView":
        """As it was counted."""
        return cls(day=one.day, booked_h=one.booked_h, used_h=one.used_h)


class TrendView(View):
    """Day by day, without those that are yet to come."""

    first: date
    last: date
    days: list[DayUsageView]


class PeopleView(View):
    """How many people a zone had: `hours[0][9]` on Mondays between nine and ten, the mean of the days that are known.

    `days`: how many of the whole days asked for those are. `stay_min`: people x minutes ÷ who came in. `null`: nobody
    knows.
    """

    zone: str
    first: date
    last: date
    days: int
    hours: list[list[float | None]]
    entered: int | None
    stay_min: float | None


class ExpectedView(View):
    """Hours used in one hour of the day: the mean of days like it, the least and the most that they had."""

    hour: int
    mean: float
    least: float
    most: float


class ForecastView(View):
    """`expected` null: too few days like it are known. `kind`: `holiday`, `workday`, `closed`, else empty.

    `error`: by how many hours an hour was off, in the mean of `tried_days` days that have passed; `naive_error`: by how
    many it would have been, had one simply said what was a week before.
    """

    day: date
    kind: str
    expected: list[ExpectedView] | None
    error: float | None
    naive_error: float | None
    tried_days: int

    @classmethod
    def of(cls, one: Forecast) -> "ForecastView":
        """As it was reckoned."""
        hours = one.expected
        return cls(
            day=one.day,
            kind=one.kind,
            expected=None
            if hours is None
            else [ExpectedView(hour=at.hour, mean=at.mean, least=at.least, most=at.most) for at in hours],
            error=one.error.ours,
            naive_error=one.error.naive,
            tried_days=one.error.days,
        )
