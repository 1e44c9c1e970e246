"""What a centre may have otherwise than the house, and what is never switched off."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.alerts import limits, rules
from gateway.alerts.kinds import KINDS, Hours
from gateway.alerts.model import WHOLE_CENTRE, Layer, Where
from gateway.channels.model import Severity

MINUTE = timedelta(minutes=1)
AIR = KINDS["stale_air"]
HALL, ONE = Where(Layer.ZONE, "hall"), Where(Layer.THING, "one")
GUARDED = sorted(name for name, kind in KINDS.items() if kind.is_guarded)


def fault(kind, **wanted):
    house = KINDS[kind]
    found = limits.fault(house, replace(house.terms, **wanted))
    return found and (found.code, found.field, *found.facts.values())


@pytest.mark.parametrize("kind", KINDS)
def test_the_house_keeps_its_own_limits(kind):
    assert fault(kind) is None


def test_a_leak_a_forced_door_and_a_call_for_help_are_among_the_guarded():
    assert {"leak", "forced", "call_staff", "sensor_alarm", "tamper", "wrong_codes", "fire_contact_on"} <= set(GUARDED)
    assert not {"stale_air", "crowded", "battery_low", "ajar", "kiosk_silent"} & set(GUARDED)


@pytest.mark.parametrize("kind", GUARDED)
def test_what_is_about_safety_is_never_switched_off_nor_made_quieter(kind):
    house = KINDS[kind]
    less = [severity for severity in Severity if rules.presses_more(house.severity, severity)]

    assert fault(kind, on=False) == ("alert_rule_guarded", "on")
    assert {fault(kind, severity=severity) for severity in less} <= {("alert_rule_guarded", "severity")}
    if not house.keeps_quiet:
        assert fault(kind, keeps_quiet=True) == ("alert_rule_guarded", "keeps_quiet")
    assert fault(kind, escalate_after=house.escalate_after) is None
    if house.escalate_after:
        longest = max(30, house.escalate_after // MINUTE)
        assert fault(kind, escalate_after=None) == ("alert_rule_guarded", "escalate_after_s")
        too_long = fault(kind, escalate_after=(longest + 1) * MINUTE)
        assert too_long == ("alert_escalation_out_of_range", "escalate_after_s", 1, longest)
    if house.hold:
        assert fault(kind, hold=31 * MINUTE) == ("alert_hold_out_of_range", "hold_s", 1, 30)


@pytest.mark.parametrize("kind", sorted(KINDS.keys() - set(GUARDED)))
def test_every_other_kind_can_be_switched_off_and_made_an_alarm(kind):
    assert fault(kind, on=False) is None
    assert fault(kind, severity=Severity.ALARM, keeps_quiet=False) is None


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"raise_at": 1200.0}, None),
        ({"raise_at": 449.0}, ("alert_limit_out_of_range", "raise_at", 450, 5000, "ppm")),
        ({"raise_at": 5001.0}, ("alert_limit_out_of_range", "raise_at", 450, 5000, "ppm")),
        ({"raise_at": 1000.0}, ("alert_clear_out_of_range", "clear_below", 400, 950, "ppm")),
        ({"clear_at": 1450.0}, None),
        ({"clear_at": 1451.0}, ("alert_clear_out_of_range", "clear_below", 400, 1450, "ppm")),
        ({"clear_at": 399.0}, ("alert_clear_out_of_range", "clear_below", 400, 1450, "ppm")),
        ({"hold": MINUTE}, None),
        ({"hold": 59 * timedelta(seconds=1)}, ("alert_hold_out_of_range", "hold_s", 1, 1440)),
        ({"hold": timedelta(days=1, seconds=1)}, ("alert_hold_out_of_range", "hold_s", 1, 1440)),
        ({"severity": Severity.ALARM}, ("alert_alarm_never_quiet", "keeps_quiet")),
        ({"keeps_quiet": False}, ("alert_info_always_quiet", "keeps_quiet")),
        ({"severity": Severity.WARNING, "keeps_quiet": False}, None),
        (
            {"severity": Severity.WARNING, "keeps_quiet": False, "quiet": Hours(0, 60)},
            ("alert_quiet_hours_unused", "quiet"),
        ),
        ({"escalate_after": MINUTE}, None),
        ({"escalate_after": None}, None),
        ({"escalate_after": timedelta(days=8)}, ("alert_escalation_out_of_range", "escalate_after_s", 1, 10_080)),
        ({"quiet": Hours(60, 60)}, ("alert_quiet_hours_empty", "quiet")),
        ({"quiet": Hours(1320, 60)}, None),
    ],
)
def test_what_a_centre_may_have_of_stale_air(wanted, found):
    assert fault("stale_air", **wanted) == found


@pytest.mark.parametrize(
    ("kind", "wanted", "found"),
    [
        ("battery_low", {"raise_at": 30.0, "clear_at": 32.0}, None),
        ("battery_low", {"raise_at": 89.0}, ("alert_limit_out_of_range", "raise_at", 1, 88, "%")),
        ("battery_low", {"raise_at": 24.0}, ("alert_clear_from_out_of_range", "clear_from", 26, 90, "%")),
        ("battery_low", {"clear_at": 91.0}, ("alert_clear_from_out_of_range", "clear_from", 17, 90, "%")),
        ("disk_nearly_full", {"raise_at": 5000.0, "clear_at": 6000.0}, None),
        ("disk_nearly_full", {"raise_at": 399.0}, ("alert_limit_out_of_range", "raise_at", 400, 99_950, "MiB")),
    ],
)
def test_what_falls_is_over_above_where_it_is_raised(kind, wanted, found):
    assert fault(kind, **wanted) == found


@given(raise_at=st.floats(400, 5000), clear_at=st.floats(400, 5000), level=st.floats(0, 6000))
def test_whatever_is_allowed_has_a_band_in_which_nothing_changes(raise_at, clear_at, level):
    terms = replace(AIR.terms, raise_at=raise_at, clear_at=clear_at)
    if limits.fault(AIR, terms) is not None:
        return
    rule = AIR.by(terms)

    assert rules.is_so(rule, level, was_so=True) or not rules.is_so(rule, level, was_so=False)
    assert rules.is_so(rule, raise_at - 1, was_so=True)
    assert not rules.is_so(rule, raise_at - 1, was_so=False)


@pytest.mark.parametrize(
    ("kind", "wanted", "where", "field"),
    [
        ("leak", {"raise_at": 2.0}, WHOLE_CENTRE, "raise_at"),
        ("leak", {"clear_at": 2.0}, WHOLE_CENTRE, "clear_below"),
        ("leak", {"hold": MINUTE}, WHOLE_CENTRE, "hold_s"),
        ("forced", {}, HALL, "zone_id"),
        ("forced", {}, ONE, "thing"),
        ("crowded", {}, ONE, "thing"),
        ("leak", {}, HALL, None),
        ("leak", {}, ONE, None),
        ("ajar", {"hold": MINUTE}, ONE, None),
        ("stale_air", {"raise_at": 2.0, "hold": MINUTE}, HALL, None),
        ("battery_low", {"raise_at": 2.0, "clear_at": 5.0}, ONE, None),
    ],
)
def test_what_a_kind_does_not_have_cannot_be_set(kind, wanted, where, field):
    assert limits.field_that_is_none(KINDS[kind], wanted, where) == field


def test_a_change_is_told_by_what_is_other():
    new = replace(AIR.terms, raise_at=1200.0, hold=5 * MINUTE, quiet=Hours(1320, 420))

    assert limits.change(AIR.terms, new) == {
        "old": {"raise_at": 1500, "hold": 600, "quiet": None},
        "new": {"raise_at": 1200, "hold": 300, "quiet": "22:00–07:00"},
    }
