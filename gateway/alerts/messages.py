"""What is said of alerts: to a reader of the list, and in a message that leaves the house."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final, Self
from zoneinfo import ZoneInfo

from gateway.alerts.kinds import house
from gateway.alerts.model import Alert, AlertLink
from gateway.channels.model import Severity, Why
from gateway.kit.sentences import Sentence, told_to

MOST_LINES: Final = 8  # a person reads so many on a phone
MOST_NAMED: Final = 100  # a program reads so many; how many more there are is said

_PRESSES: Final = {
    Severity.INFO: Sentence("提示", "For information"),
    Severity.WARNING: Sentence("警告", "Warning"),
    Severity.ALARM: Sentence("紧急", "ALARM"),
}
_LINE: Final = Sentence("【{presses}】{text}", "[{presses}] {text}")
_TIMES: Final = Sentence("（共 {count} 次）", " ({count} times)")
_AFTERWORD: Final = {
    Why.ESCALATED: Sentence("从 {waiting} 起还没有人处理。", " Nobody has taken this up since {waiting}."),
    Why.OVER: Sentence("现在已经恢复。", " It is over now."),
}
_DEALT_WITH: Final = Sentence("已经有人处理好了。", " Somebody has dealt with it.")
_TITLE: Final = Sentence("{site}：{presses}", "{site}: {presses}")
_TITLE_OF_MANY: Final = Sentence(
    "{site}：{count} 条告警，最急的是“{presses}”", "{site}: {count} alerts, up to: {presses}"
)
_MORE: Final = Sentence("……还有 {more} 条，请看告警页面。", "… and {more} more: please look at the list of alerts.")
_TEST_TITLE: Final = Sentence("{site}：测试消息", "{site}: a test message")
_TEST: Final = Sentence(
    "这是一条测试消息。看到它，就说明告警能发到这里。",
    "This is a test. That you read it means that alerts arrive here.",
)
_ORDER: Final = list(Severity)


@dataclass(frozen=True)
class Message:
    """What is sent. People read title and body, programs `type`, `at` and `data`."""

    title: str
    body: str
    severity: Severity
    type: str
    at: str  # RFC 3339
    data: Mapping[str, Any]

    def to_json(self) -> str:
        """For the database."""
        return json.dumps(asdict(self), sort_keys=True, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """From the database."""
        fields = json.loads(text)
        return cls(**fields | {"severity": Severity(fields["severity"])})


@dataclass(frozen=True)
class Item:
    """One alert in a message, and why it is told."""

    alert: Alert
    why: Why
    links: Sequence[AlertLink] = ()


def sentence(one: Alert, language: str, zone: ZoneInfo) -> str:
    """What an alert says to one reader."""
    kind = house(one.kind)
    return Sentence(kind.zh, kind.en).sentence(language, told_to(language, zone, json.loads(one.facts)))


def fold(items: Sequence[Item], *, site: str, language: str, zone: ZoneInfo, now: datetime) -> Message:
    """One message of one or many: what presses most comes first, and of the same the newest."""
    ordered = sorted(items, key=lambda item: (_ORDER.index(item.alert.severity), item.alert.raised_at), reverse=True)
    worst, count = ordered[0].alert.severity, len(ordered)
    about = {"site": site, "presses": _PRESSES[worst].sentence(language, {}), "count": count}
    lines = [_line(item, language, zone) for item in ordered[:MOST_LINES]]
    if count > MOST_LINES:
        lines.append(_MORE.sentence(language, {"more": count - MOST_LINES}))
    named = [_named(item, language, zone) for item in ordered[:MOST_NAMED]]
    return Message(
        title=(_TITLE if count == 1 else _TITLE_OF_MANY).sentence(language, about),
        body="\n".join(lines),
        severity=worst,
        type=f"alert.{ordered[0].why}" if count == 1 else "alert.several",
        at=now.isoformat(),
        data={"site": site, "count": count, "alerts": named},
    )


def trial(*, site: str, language: str, now: datetime) -> Message:
    """What the button that tries a channel sends."""
    return Message(
        title=_TEST_TITLE.sentence(language, {"site": site}),
        body=_TEST.sentence(language, {}),
        severity=Severity.INFO,
        type="channel.test",
        at=now.isoformat(),
        data={"site": site},
    )


def _line(item: Item, language: str, zone: ZoneInfo) -> str:
    one = item.alert
    presses = _PRESSES[one.severity].sentence(language, {})
    line = _LINE.sentence(language, {"presses": presses, "text": sentence(one, language, zone)})
    if one.count > 1:
        line += _TIMES.sentence(language, {"count": one.count})
    if one.cleared_by_id is not None:
        line += _DEALT_WITH.sentence(language, {})
    elif item.why in _AFTERWORD:
        waiting = one.waiting_since.astimezone(zone).strftime("%H:%M")
        line += _AFTERWORD[item.why].sentence(language, {"waiting": waiting})
    return line


def _named(item: Item, language: str, zone: ZoneInfo) -> dict[str, object]:
    one = item.alert
    return {
        "id": one.id,
        "kind": one.kind,
        "severity": one.severity,
        "why": item.why,
        "state": one.state,
        "count": one.count,
        "thing": one.thing,
        "links": [{"what": link.what, "id": link.ref} for link in item.links],
        "since": one.since_at.isoformat(),
        "raised_at": one.raised_at.isoformat(),
        "text": sentence(one, language, zone),
    }
