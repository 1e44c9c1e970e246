"""Why a work order was opened, where nobody's hand did: a sentence by language."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from gateway.kit.sentences import CHINESE, Sentence
from gateway.maintenance.model import Plan
from gateway.maintenance.wear import Forecast, Outlook, Sign

_WHAT_IS_SO: Final[Mapping[Sign, Sentence]] = MappingProxyType(
    {
        Sign.SLOWER: Sentence(
            "开门比新的时候慢 {slower} %（现在 {level} 毫秒，原来 {at_first} 毫秒）",
            "It opens {slower} % slower than when it was new ({level} ms, once {at_first} ms)",
        ),
        Sign.NOT_OPENED: Sentence(
            "每 100 次开锁有 {level} 次没有打开（原来 {at_first} 次）",
            "Of 100 pulses {level} do not open it (once {at_first})",
        ),
        Sign.BATTERY: Sentence("电池还有 {level} %", "Its battery is at {level} %"),
    }
)
_WHAT_WILL_BE: Final[Mapping[Outlook, Sentence]] = MappingProxyType(
    {
        Outlook.WORSENING: Sentence(
            "；照这样下去，大约 {about} 超出限度（最早 {earliest}，{latest}）。",
            "; at this rate it is out of limits about {about} (at the earliest {earliest}, {latest}).",
        ),
        Outlook.OUT_OF_LIMITS: Sentence("；已经超出限度。", ", which is out of limits."),
        Outlook.STEADY: Sentence("；一年之内看不出会坏。", "; nothing says that this ends within a year."),
    }
)
_UNKNOWN: Final[Mapping[Sign, Sentence]] = MappingProxyType(
    {
        Sign.SLOWER: Sentence(
            "开门记录还太少，说不准开门快慢的变化。", "Too few openings yet to tell how its opening changes."
        ),
        Sign.NOT_OPENED: Sentence(
            "开锁记录还太少，说不准打不开的次数有没有变多。", "Too few pulses yet to tell whether more are in vain."
        ),
        Sign.BATTERY: Sentence(
            "电池读数还太少，说不准什么时候用完。", "Too few readings yet to tell when its battery ends."
        ),
    }
)
_AT_THE_LATEST: Final = Sentence("最晚 {day}", "at the latest {day}")
_NO_LATEST: Final = Sentence("最晚说不准", "the latest nobody can tell")
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def of_forecast(told: Forecast, *, zone: ZoneInfo) -> dict[str, str]:
    """What a sign of wear says, and when it will be too late; in the centre's days."""
    return {language: _of_forecast(told, language, zone) for language in (CHINESE, "en")}


def of_plan(plan: Plan, share: float) -> dict[str, str]:
    """That a plan's work comes round."""
    percent = int(100 * share)
    return {
        "zh-CN": f"{plan.name_zh}：本周期已过 {percent} %。",
        "en": f"{plan.name_en}: {percent} % of its interval has gone.",
    }


def _of_forecast(told: Forecast, language: str, zone: ZoneInfo) -> str:
    if told.outlook is Outlook.UNKNOWN or told.level is None:
        return _UNKNOWN[told.sign].sentence(language, {})
    facts: dict[str, object] = {"level": _figure(told, told.level), "at_first": _figure(told, told.at_first)}
    if told.sign is Sign.SLOWER and told.at_first:
        facts["slower"] = round(100 * (told.level / told.at_first - 1))
    if told.about and told.earliest:
        last = _AT_THE_LATEST if told.latest else _NO_LATEST
        facts |= {
            "about": _day(told.about, language, zone),
            "earliest": _day(told.earliest, language, zone),
            "latest": last.sentence(language, {"day": _day(told.latest or told.about, language, zone)}),
        }
    so, will = _WHAT_IS_SO[told.sign], _WHAT_WILL_BE[told.outlook]
    return so.sentence(language, facts) + will.sentence(language, facts)


def _figure(told: Forecast, value: float | None) -> object:
    """Shares by the hundred, everything else as it is."""
    if value is None:
        return "…"
    return round(100 * value) if told.sign is Sign.NOT_OPENED else round(value)


def _day(instant: datetime, language: str, zone: ZoneInfo) -> str:
    day = instant.astimezone(zone)
    if language == CHINESE:
        return f"{day.year} 年 {day.month} 月 {day.day} 日"
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
