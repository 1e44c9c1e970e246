"""The rules of alerts as a centre has them, as JSON."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Self

from pydantic import Field, StrictBool, StrictFloat, StrictInt
from sqlalchemy.orm import Session

from api.staff.channel_views import QuietHours, QuietHoursView
from api.views import Ask, InBothLanguages, View, name_of
from gateway.alerts import limits
from gateway.alerts.in_force import stored, terms_of
from gateway.alerts.kinds import KINDS, Hours, Kind, Terms
from gateway.alerts.model import WHOLE_CENTRE, AlertRule
from gateway.channels.model import Severity
from gateway.members.model import Language
from gateway.zones import queries as zones

Level = Annotated[StrictFloat | StrictInt, Field(ge=0, le=1_000_000)]


class AlertRuleWish(Ask):
    """How a centre would have a kind of alert. What is left out is as the house has it.

    `quiet` null: in the house's quiet hours, and each channel's.
    """

    on: StrictBool = True
    severity: Severity | None = None
    raise_at: Level | None = None
    clear_below: Level | None = None
    hold_s: Annotated[StrictInt, Field(ge=0, le=86_400)] | None = None
    keeps_quiet: StrictBool | None = None
    quiet: QuietHours | None = None

    @property
    def wanted(self) -> dict[str, Any]:
        """By the names of `Terms`, without what was left out."""
        said = {name: value for name, value in self if value is not None and name not in ("hold_s", "quiet")}
        if self.hold_s is not None:
            said["hold"] = timedelta(seconds=self.hold_s)
        if self.quiet is not None:
            said["quiet"] = Hours(*self.quiet.span)
        return {name: float(value) if name in ("raise_at", "clear_below") else value for name, value in said.items()}


class AlertTerms(View):
    """How a kind of alert is raised. Levels null: it has none. `quiet` null: the house's hours, and each channel's."""

    on: bool
    severity: Severity
    raise_at: float | None
    clear_below: float | None
    hold_s: int
    keeps_quiet: bool
    quiet: QuietHoursView | None

    @classmethod
    def of(cls, terms: Terms, house: Kind) -> Self:
        """As they are."""
        return cls(
            on=terms.on,
            severity=terms.severity,
            raise_at=None if house.span is None else terms.raise_at,
            clear_below=None if house.span is None else terms.clear_below,
            hold_s=round(terms.hold.total_seconds()),
            keeps_quiet=terms.keeps_quiet,
            quiet=None if terms.quiet is None else QuietHoursView(**terms.quiet._asdict()),
        )


class ZoneAlertTerms(View):
    """What a zone has otherwise than the whole centre."""

    zone_id: str
    name: InBothLanguages
    terms: AlertTerms
    set_at: datetime


class AlertLevels(View):
    """Between which values a level may be set, in `unit`; it is over at least `gap` below where it is raised."""

    least: float
    most: float
    gap: float
    unit: str


class AlertRuleView(View):
    """A kind of alert: as the `house` has it, and as this centre does; null: as the house.

    `guarded`: it can be neither switched off nor be made to press less. `levels` null: none can be set.
    `longest_hold_s` null: it is told at once. `by_zone`: a zone can have it otherwise.
    """

    kind: str
    text: str
    latched: bool
    guarded: bool
    by_zone: bool
    levels: AlertLevels | None
    longest_hold_s: int | None
    house: AlertTerms
    centre: AlertTerms | None
    set_at: datetime | None
    zones: list[ZoneAlertTerms]

    @classmethod
    def several(cls, session: Session, language: Language, names: list[str] | None = None) -> list[Self]:
        """Every one, or these, in the order of the kinds."""
        own: dict[str, list[AlertRule]] = {}
        for row in stored(session):
            own.setdefault(row.kind, []).append(row)
        return [cls._of(session, name, KINDS[name], own.get(name, []), language) for name in names or KINDS]

    @classmethod
    def _of(cls, session: Session, name: str, house: Kind, own: list[AlertRule], language: Language) -> Self:
        longest = limits.longest_hold(house)
        centre = next((row for row in own if row.zone_id == WHOLE_CENTRE), None)
        return cls(
            kind=name,
            text=house.zh if language is Language.ZH_CN else house.en,
            latched=house.latched,
            guarded=house.is_guarded,
            by_zone=house.by_zone,
            levels=None if house.span is None else AlertLevels(**house.span._asdict()),
            longest_hold_s=None if longest is None else round(longest.total_seconds()),
            house=AlertTerms.of(house.terms, house),
            centre=None if centre is None else AlertTerms.of(terms_of(centre), house),
            set_at=None if centre is None else centre.set_at,
            zones=[_of_zone(session, row, house) for row in own if row.zone_id != WHOLE_CENTRE],
        )


class AlertRules(View):
    """Every rule, and the house's quiet hours: wall-clock minutes after midnight."""

    items: list[AlertRuleView]
    quiet: QuietHoursView


def _of_zone(session: Session, row: AlertRule, house: Kind) -> ZoneAlertTerms:
    zone = zones.zone(session, row.zone_id)
    return ZoneAlertTerms(
        zone_id=zone.id,
        name=name_of(zone.name_zh, zone.name_en),
        terms=AlertTerms.of(terms_of(row), house),
        set_at=row.set_at,
    )
