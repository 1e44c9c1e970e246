"""The rules of alerts as a centre has them, as JSON."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any, Self

from pydantic import Field, StrictBool, StrictFloat, StrictInt
from sqlalchemy.orm import Session

from api.staff import alert_rule_things
from api.staff.channel_views import QuietHours, QuietHoursView
from api.views import Ask, InBothLanguages, PlainText, View, name_of
from gateway.alerts import limits
from gateway.alerts.in_force import in_force, made, stored, terms_of
from gateway.alerts.kinds import KINDS, OWN, Hours, Kind, Measure, Terms, Things
from gateway.alerts.model import WHOLE_CENTRE, AlertRule, Layer
from gateway.channels.model import Severity
from gateway.facility.watch import metrics_of as metrics_of_house
from gateway.kit.errors import Malformed
from gateway.members.model import Language
from gateway.zones import queries as zones

Level = Annotated[StrictFloat | StrictInt, Field(ge=-1_000_000, le=1_000_000)]


class AlertMeasures(Ask):
    """What a kind of alert looks at that a centre makes, and what it is called. `falls`: what is too low is wrong."""

    metric: Annotated[str, Field(max_length=32)]
    falls: StrictBool = False
    name_zh: PlainText
    name_en: PlainText


class AlertMeasuresView(View):
    """What a kind of alert looks at that a centre has made, and what it is called."""

    metric: str
    falls: bool
    name: InBothLanguages


class AlertRuleWish(Ask):
    """How a centre would have a kind of alert. What is left out is as the house has it.

    Of a level that rises `clear_below` is said, of one that falls `clear_from`. `escalate_after_s` null: never. `quiet`
    null: in the house's quiet hours, and each channel's. `measures`: of a kind that the centre makes by this, or calls
    otherwise.
    """

    measures: AlertMeasures | None = None
    on: StrictBool = True
    severity: Severity | None = None
    raise_at: Level | None = None
    clear_below: Level | None = None
    clear_from: Level | None = None
    hold_s: Annotated[StrictInt, Field(ge=0, le=86_400)] | None = None
    escalate_after_s: Annotated[StrictInt, Field(ge=0, le=31_536_000)] | None = None
    keeps_quiet: StrictBool | None = None
    quiet: QuietHours | None = None

    @property
    def measure(self) -> Measure | None:
        """Of a kind that the centre makes."""
        return None if self.measures is None else Measure(**self.measures.model_dump())

    def wanted(self, house: Kind) -> dict[str, Any]:
        """By the names of `Terms`, without what was left out.

        Raises Malformed("alert_rule_has_none") for the level at which a kind that goes the other way would be over.
        """
        clear_at, not_of_it = (self.clear_from, "clear_below") if house.falls else (self.clear_below, "clear_from")
        if getattr(self, not_of_it) is not None:
            raise Malformed("alert_rule_has_none", field=not_of_it)
        said: dict[str, Any] = {
            "severity": self.severity,
            "raise_at": None if self.raise_at is None else float(self.raise_at),
            "clear_at": None if clear_at is None else float(clear_at),
            "hold": _span(self.hold_s),
            "keeps_quiet": self.keeps_quiet,
            "quiet": None if self.quiet is None else Hours(*self.quiet.span),
        }
        wanted = {"on": self.on} | {name: value for name, value in said.items() if value is not None}
        if "escalate_after_s" in self.model_fields_set:
            wanted["escalate_after"] = _span(self.escalate_after_s)
        return wanted


class AlertTerms(View):
    """How a kind of alert is raised. Levels null: it has none, or none of that name.

    `escalate_after_s`: so long untouched, and the manager is told; null: never. `quiet` null: the house's hours, and
    each channel's.
    """

    on: bool
    severity: Severity
    raise_at: float | None
    clear_below: float | None
    clear_from: float | None
    hold_s: int
    escalate_after_s: int | None
    keeps_quiet: bool
    quiet: QuietHoursView | None

    @classmethod
    def of(cls, terms: Terms, house: Kind) -> Self:
        """As they are."""
        has_level = house.span is not None
        return cls(
            on=terms.on,
            severity=terms.severity,
            raise_at=terms.raise_at if has_level else None,
            clear_below=terms.clear_at if has_level and not house.falls else None,
            clear_from=terms.clear_at if has_level and house.falls else None,
            hold_s=round(terms.hold.total_seconds()),
            escalate_after_s=_seconds(terms.escalate_after),
            keeps_quiet=terms.keeps_quiet,
            quiet=None if terms.quiet is None else QuietHoursView(**terms.quiet._asdict()),
        )


class ZoneAlertTerms(View):
    """What a zone has otherwise than the whole centre."""

    zone_id: str
    name: InBothLanguages
    terms: AlertTerms
    set_at: datetime


class ThingAlertTerms(View):
    """What one thing has otherwise than its zone and the whole centre."""

    thing: str
    name: InBothLanguages
    terms: AlertTerms
    set_at: datetime


class AlertLevels(View):
    """Between which values a level may be set, in `unit`; it is over at least `gap` from where it is raised.

    `falls`: it is raised by what is too low.
    """

    least: float
    most: float
    gap: float
    unit: str
    falls: bool

    @classmethod
    def of(cls, house: Kind) -> Self | None:
        """Of a kind; None: it has none."""
        return None if house.span is None else cls(**house.span._asdict(), falls=house.falls)


class Measurable(View):
    """What a centre can make a kind of alert for. `levels` null: it is true or false."""

    metric: str
    levels: AlertLevels | None

    @classmethod
    def of(cls, metric: str) -> Self:
        """As its sensors say it."""
        return cls(metric=metric, levels=AlertLevels.of(made(Measure(metric, falls=False, name_zh="", name_en=""))))


class AlertRuleView(View):
    """A kind of alert: as the `house` has it, and as this centre does; null: as the house.

    `guarded`: it can be neither switched off nor be made to press less. `levels` null: none can be set.
    `longest_hold_s` null: it is told at once. `longest_alone_s`: after so long at most it escalates; `must_escalate`:
    it cannot be left alone for good. `by_zone`: a zone can have it otherwise; `by_thing`: each such thing, null: none
    can. `metrics`: what a sensor measures that speaks for it. `measures`: of a kind that this centre has made, which is
    off wherever it has no rule; null: it is the house's.
    """

    kind: str
    measures: AlertMeasuresView | None
    text: str
    latched: bool
    guarded: bool
    by_zone: bool
    by_thing: Things | None
    metrics: list[str]
    levels: AlertLevels | None
    longest_hold_s: int | None
    longest_alone_s: int
    must_escalate: bool
    house: AlertTerms
    centre: AlertTerms | None
    set_at: datetime | None
    zones: list[ZoneAlertTerms]
    things: list[ThingAlertTerms]

    @classmethod
    def several(cls, session: Session, language: Language) -> list[Self]:
        """Every one, in the order of the kinds; the centre's own come last."""
        rows: dict[str, list[AlertRule]] = {}
        for row in stored(session):
            rows.setdefault(row.kind, []).append(row)
        own = in_force(session).own
        return [cls._of(session, name, own.get(name), rows.get(name, []), language) for name in (*KINDS, *own)]

    @classmethod
    def of(cls, session: Session, name: str, language: Language, *, before: Mapping[str, Measure]) -> Self:
        """One of them. `before`: the kinds that the centre had made; with its last rule one is gone."""
        rows = [row for row in stored(session) if row.kind == name]
        measure = in_force(session).own.get(name) or before.get(name)
        return cls._of(session, name, measure, rows, language)

    @classmethod
    def blank(cls, session: Session, language: Language) -> Self:
        """A kind that a centre has not made yet."""
        return cls._of(session, OWN, Measure("", falls=False, name_zh="", name_en=""), [], language)

    @classmethod
    def _of(
        cls, session: Session, name: str, measure: Measure | None, own: list[AlertRule], language: Language
    ) -> Self:
        house = KINDS[name] if measure is None else made(measure)
        centre = next((row for row in own if row.where == WHOLE_CENTRE), None)
        return cls(
            kind=name,
            measures=None if measure is None else _measures(measure),
            text=text_of(house, measure, language),
            latched=house.latched,
            guarded=house.is_guarded,
            by_zone=house.by_zone,
            by_thing=house.things,
            metrics=sorted(metrics_of_house(name) if measure is None else {measure.metric}),
            levels=AlertLevels.of(house),
            longest_hold_s=_seconds(limits.longest_hold(house)),
            longest_alone_s=round(limits.longest_alone(house).total_seconds()),
            must_escalate=limits.must_escalate(house),
            house=AlertTerms.of(house.terms, house),
            centre=None if centre is None else AlertTerms.of(terms_of(centre), house),
            set_at=None if centre is None else centre.set_at,
            zones=[_of_zone(session, row, house) for row in own if row.layer is Layer.ZONE],
            things=[_of_thing(session, row, house) for row in own if row.layer is Layer.THING],
        )


class AlertRules(View):
    """Every rule, and the house's quiet hours: wall-clock minutes after midnight."""

    items: list[AlertRuleView]
    quiet: QuietHoursView
    measurable: list[Measurable]
    own: AlertRuleView = Field(description="How a kind begins that a centre makes.")


def metrics_of(session: Session, name: str) -> Collection[str]:
    """What a sensor measures that speaks for a kind."""
    measure = in_force(session).own.get(name)
    return metrics_of_house(name) if measure is None else {measure.metric}


def text_of(house: Kind, measure: Measure | None, language: Language) -> str:
    """What its alerts say, with gaps; of a kind that the centre has made with its name."""
    text = house.zh if language is Language.ZH_CN else house.en
    if measure is None:
        return text
    return text.replace("{what}", measure.name_zh if language is Language.ZH_CN else measure.name_en)


def _measures(measure: Measure) -> AlertMeasuresView:
    return AlertMeasuresView(metric=measure.metric, falls=measure.falls, name=name_of(measure.name_zh, measure.name_en))


def _of_zone(session: Session, row: AlertRule, house: Kind) -> ZoneAlertTerms:
    zone = zones.zone(session, row.scope)
    return ZoneAlertTerms(
        zone_id=zone.id,
        name=name_of(zone.name_zh, zone.name_en),
        terms=AlertTerms.of(terms_of(row), house),
        set_at=row.set_at,
    )


def _of_thing(session: Session, row: AlertRule, house: Kind) -> ThingAlertTerms:
    name = alert_rule_things.name_of(session, house, row.scope)
    return ThingAlertTerms(
        thing=row.scope,
        name=name_of(name["zh-CN"], name["en"]),
        terms=AlertTerms.of(terms_of(row), house),
        set_at=row.set_at,
    )


def _span(seconds: int | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)


def _seconds(span: timedelta | None) -> int | None:
    return None if span is None else round(span.total_seconds())
