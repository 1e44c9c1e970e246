"""What a centre may have otherwise than the house, of each kind of alert: plain values in, an answer out."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import timedelta
from types import MappingProxyType
from typing import Final, NamedTuple

from gateway.alerts.kinds import Hours, Kind, Terms
from gateway.alerts.model import Layer, Where
from gateway.alerts.rules import presses_more
from gateway.channels.model import Severity

SHORTEST_HOLD: Final = timedelta(minutes=1)  # what is looked at by the clock is looked at so often
LONGEST_HOLD: Final = timedelta(days=1)
LONGEST_GUARDED: Final = timedelta(minutes=30)  # of what is dangerous
LONGEST_ALONE: Final = timedelta(days=7)  # before the manager hears of it


class Fault(NamedTuple):
    """What is wrong with a wish: the refusal's code, the field of it, and what may stand there."""

    code: str
    field: str
    facts: Mapping[str, object] = MappingProxyType({})


def longest_hold(house: Kind) -> timedelta | None:
    """How long a centre may have it wait; None: it is told at once, and nothing else is possible."""
    if not house.hold:
        return None
    return LONGEST_GUARDED if house.is_guarded else LONGEST_HOLD


def longest_alone(house: Kind) -> timedelta:
    """After how long at most it escalates, if it does; guarded: half an hour, or as long as the house has it."""
    if not house.is_guarded or house.escalate_after is None:
        return LONGEST_ALONE
    return max(house.escalate_after, LONGEST_GUARDED)


def must_escalate(house: Kind) -> bool:
    """Whether it can never be left alone for good."""
    return house.is_guarded and house.escalate_after is not None


def name_of_clear_at(house: Kind) -> str:
    """What staff call the level at which it is over."""
    return "clear_from" if house.falls else "clear_below"


def field_that_is_none(house: Kind, wanted: Mapping[str, object], where: Where) -> str | None:
    """A field that this kind does not have at all; None: every one makes sense."""
    if where.layer is Layer.ZONE and not house.by_zone:
        return "zone_id"
    if where.layer is Layer.THING and house.things is None:
        return "thing"
    if house.span is None and (said := wanted.keys() & {"raise_at", "clear_at"}):
        return "raise_at" if "raise_at" in said else name_of_clear_at(house)
    return "hold_s" if "hold" in wanted and longest_hold(house) is None else None


def fault(house: Kind, terms: Terms) -> Fault | None:
    """The first thing that is wrong with what a centre would have; None when nothing is."""
    return (
        _unsafe(house, terms)
        or _wrong_level(house, terms)
        or _wrong_hold(house, terms)
        or _wrong_escalation(house, terms)
        or _wrong_quiet(terms)
    )


def change(before: Terms, after: Terms) -> dict[str, object]:
    """What is other, as the audit trail tells it: `old` and `new`, by name; all of it where nothing is."""
    names = [one.name for one in fields(Terms)]
    other = [name for name in names if getattr(before, name) != getattr(after, name)] or names
    return {
        "old": {name: _told(getattr(before, name)) for name in other},
        "new": {name: _told(getattr(after, name)) for name in other},
    }


def _unsafe(house: Kind, terms: Terms) -> Fault | None:
    if not house.is_guarded:
        return None
    if not terms.on:
        return Fault("alert_rule_guarded", "on")
    if presses_more(house.severity, terms.severity):
        return Fault("alert_rule_guarded", "severity")
    if terms.keeps_quiet and not house.keeps_quiet:
        return Fault("alert_rule_guarded", "keeps_quiet")
    if terms.escalate_after is None and must_escalate(house):
        return Fault("alert_rule_guarded", "escalate_after_s")
    return None


def _wrong_level(house: Kind, terms: Terms) -> Fault | None:
    if house.span is None:
        return None
    least, most, gap, unit = house.span
    first, last = (least, most - gap) if house.falls else (least + gap, most)
    if not first <= terms.raise_at <= last:
        return Fault("alert_limit_out_of_range", "raise_at", _between(first, last, unit))
    first, last = (terms.raise_at + gap, most) if house.falls else (least, terms.raise_at - gap)
    if not first <= terms.clear_at <= last:
        code = "alert_clear_from_out_of_range" if house.falls else "alert_clear_out_of_range"
        return Fault(code, name_of_clear_at(house), _between(first, last, unit))
    return None


def _wrong_hold(house: Kind, terms: Terms) -> Fault | None:
    longest = longest_hold(house)
    if longest is None or SHORTEST_HOLD <= terms.hold <= longest:
        return None
    return Fault("alert_hold_out_of_range", "hold_s", _minutes_until(longest))


def _wrong_escalation(house: Kind, terms: Terms) -> Fault | None:
    longest = longest_alone(house)
    if terms.escalate_after is None or SHORTEST_HOLD <= terms.escalate_after <= longest:
        return None
    return Fault("alert_escalation_out_of_range", "escalate_after_s", _minutes_until(longest))


def _wrong_quiet(terms: Terms) -> Fault | None:
    if terms.severity is Severity.ALARM and terms.keeps_quiet:
        return Fault("alert_alarm_never_quiet", "keeps_quiet")
    if terms.severity is Severity.INFO and not terms.keeps_quiet:
        return Fault("alert_info_always_quiet", "keeps_quiet")
    if terms.quiet is not None and not terms.keeps_quiet:
        return Fault("alert_quiet_hours_unused", "quiet")
    if terms.quiet is not None and terms.quiet.from_min == terms.quiet.until_min:
        return Fault("alert_quiet_hours_empty", "quiet")
    return None


def _between(least: float, most: float, unit: str) -> dict[str, object]:
    return {"least": _plain(least), "most": _plain(most), "unit": unit}


def _minutes_until(longest: timedelta) -> dict[str, object]:
    minute = timedelta(minutes=1)
    return {"least": SHORTEST_HOLD // minute, "most": longest // minute}


def _plain(value: float) -> float:
    """1450 rather than 1450.0, and no 0.8500000000000001."""
    rounded = round(float(value), 4)
    return int(rounded) if rounded.is_integer() else rounded


def _told(value: object) -> object:
    if isinstance(value, timedelta):
        return round(value.total_seconds())
    if isinstance(value, Hours):
        return f"{_clock(value.from_min)}–{_clock(value.until_min)}"
    return _plain(value) if isinstance(value, float) else value


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
