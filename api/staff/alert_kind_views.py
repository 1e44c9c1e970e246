"""The rules by which alerts are raised, as JSON."""

from datetime import timedelta
from typing import Self

from api.staff.alert_rule_views import text_of
from api.views import View
from gateway.alerts import rules
from gateway.alerts.in_force import InForce
from gateway.channels.model import Severity
from gateway.members.model import Language


class AlertKindView(View):
    """A rule of this centre. Raised from `raise_at` on, once it was so for `hold_s`, and over below `clear_below`.

    A level that falls is raised below `raise_at` and over from `clear_from` on; the other of the two is null.

    `latched`: until a person clears it; else it goes by itself after `calm_s` in which it was not so. `keeps_quiet`: in
    quiet hours it is shown, and disturbs nobody. `escalate_after_s`: so long untouched, and the manager is told; null:
    never. `on` false: it is not looked for. `text` in the reader's language, with `{place}` for where.
    """

    kind: str
    severity: Severity
    on: bool
    latched: bool
    raise_at: float
    clear_below: float | None
    clear_from: float | None
    hold_s: int
    calm_s: int
    keeps_quiet: bool
    escalate_after_s: int | None
    text: str

    @classmethod
    def of(cls, name: str, rules_now: InForce, language: Language) -> Self:
        """As it is in the whole centre."""
        kind = rules_now.of(name)
        return cls(
            kind=name,
            severity=kind.severity,
            on=kind.on,
            latched=kind.latched,
            raise_at=kind.raise_at,
            clear_below=None if kind.falls else kind.clear_at,
            clear_from=kind.clear_at if kind.falls else None,
            hold_s=_seconds(kind.hold),
            calm_s=_seconds(kind.calm),
            keeps_quiet=kind.keeps_quiet,
            escalate_after_s=None if kind.escalate_after is None else _seconds(kind.escalate_after),
            text=text_of(kind, rules_now.own.get(name), language),
        )


class AlertKinds(View):
    """Every rule, and the minutes after midnight between which it is quiet."""

    items: list[AlertKindView]
    quiet_from_min: int = rules.QUIET.from_min
    quiet_until_min: int = rules.QUIET.until_min


def _seconds(span: timedelta) -> int:
    return round(span.total_seconds())
