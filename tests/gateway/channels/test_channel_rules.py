"""When a message goes out, to whom, when again, and what an address may be."""

import importlib
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.alerts.kinds import KINDS
from gateway.channels import rules
from gateway.channels.model import Severity, Why
from gateway.notify.courier import PATIENCE_S

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)  # noon in Shanghai
SHANGHAI = ZoneInfo("Asia/Shanghai")
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
EVENING, MORNING = 22 * 60, 8 * 60


@pytest.mark.parametrize(
    ("from_severity", "severity", "why", "hears_escalated", "told"),
    [
        ("info", "info", "raised", False, True),
        ("warning", "info", "raised", False, False),
        ("warning", "alarm", "raised", False, True),
        ("alarm", "warning", "escalated", True, True),
        ("alarm", "warning", "escalated", False, False),
        ("alarm", "warning", "again", True, False),
    ],
)
def test_a_channel_hears_what_presses_enough_and_what_was_left_alone(
    from_severity, severity, why, hears_escalated, told
):
    heard = rules.hears(
        from_severity=Severity(from_severity),
        hears_escalated=hears_escalated,
        severity=Severity(severity),
        why=Why(why),
    )

    assert heard is told


@pytest.mark.parametrize(
    ("at", "from_min", "until_min", "until"),
    [
        ("12:00", EVENING, MORNING, "22 12:00"),
        ("21:59", EVENING, MORNING, "22 21:59"),
        ("22:00", EVENING, MORNING, "23 08:00"),
        ("07:59", EVENING, MORNING, "22 08:00"),
        ("08:00", EVENING, MORNING, "22 08:00"),
        ("12:30", 12 * 60, 14 * 60, "22 14:00"),
        ("14:00", 12 * 60, 14 * 60, "22 14:00"),
        ("03:00", None, None, "22 03:00"),
        ("03:00", 60, 60, "22 03:00"),
    ],
)
def test_quiet_hours_are_the_channels_own_and_may_pass_midnight(at, from_min, until_min, until):
    hour, minute = at.split(":")
    instant = datetime(2026, 11, 22, int(hour), int(minute), tzinfo=SHANGHAI).astimezone(UTC)

    free = rules.quiet_until(instant, zone=SHANGHAI, from_min=from_min, until_min=until_min)

    assert free.astimezone(SHANGHAI).strftime("%d %H:%M") == until


@pytest.mark.parametrize("kind", KINDS)
def test_no_alarm_is_ever_held_in_quiet_hours_and_what_presses_least_always_is(kind):
    severity = KINDS[kind].severity

    assert severity is not Severity.ALARM or not KINDS[kind].keeps_quiet
    assert severity is not Severity.INFO or KINDS[kind].keeps_quiet


def test_what_comes_together_is_waited_for_and_a_minute_has_few_messages():
    def may(*, oldest=NOW - HOUR, made=(), waiting_since=None):
        return rules.may_send(oldest, made=made, waiting_since=waiting_since, now=NOW)

    assert may()
    assert not may(oldest=NOW - SECOND)
    assert may(made=[NOW - SECOND, NOW - SECOND, NOW - MINUTE])
    assert not may(made=[NOW - SECOND, NOW - SECOND, NOW - 59 * SECOND])
    assert not may(waiting_since=NOW - 9 * MINUTE)
    assert may(waiting_since=NOW - 10 * MINUTE)


@given(chance=st.floats(0, 1), tries=st.integers(1, 1000))
def test_a_message_is_tried_again_ever_later_but_within_the_hour_and_never_at_once(chance, tries):
    wait = rules.next_try(tries, chance=chance, now=NOW) - NOW

    assert 7 * SECOND <= wait <= 40 * MINUTE
    assert wait <= rules.next_try(tries + 1, chance=1, now=NOW) - NOW


def test_two_that_failed_together_are_not_tried_again_together():
    assert rules.next_try(1, chance=0, now=NOW) != rules.next_try(1, chance=0.5, now=NOW)


def test_a_message_is_given_up_after_a_day():
    assert not rules.must_give_up(NOW, now=NOW + 23 * HOUR)
    assert rules.must_give_up(NOW, now=NOW + 24 * HOUR)


def test_a_try_is_over_before_its_lease_is():
    assert timedelta(seconds=PATIENCE_S) < rules.LEASE


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("https://example.org/hook?x=1", None),
        ("http://192.168.1.9:8123/hook", None),
        ("wecombot://botkey", None),
        ("mailto://user:word@example.org?to=a@example.org", None),
        ("file:///etc/passwd", "not_known"),
        ("syslog://", "not_known"),
        ("json://127.0.0.1/", "not_known"),
        ("gopher://x", "not_known"),
        ("https://", "not_an_address"),
        ("https://x:port/", "not_an_address"),
        ("ntfy://", "not_an_address"),
        ("two words", "not_an_address"),
        ("https://example.org/\r\nHost: other", "not_an_address"),
        ("", "not_an_address"),
    ],
)
def test_an_address_leads_to_people_or_to_a_webhook_and_nowhere_else(url, fault):
    assert rules.address_fault(url) == fault


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_has_a_fault(text):
    if rules.address_fault(text) is None:
        assert rules.goes_to(text).endswith("…")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://user:word@example.org:8443/secret?token=1", "https://example.org:8443/…"),
        ("mailto://user:word@example.org", "mailto://…"),
        ("wecombot://botkey", "wecombot://…"),
    ],
)
def test_of_an_address_no_secret_is_shown(url, shown):
    assert rules.goes_to(url) == shown


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # its own imports
def test_everything_we_offer_apprise_knows():
    apprise = importlib.import_module("apprise")
    known = {
        name
        for service in apprise.Apprise().details()["schemas"]
        for name in [*(service["protocols"] or ()), *(service["secure_protocols"] or ())]
    }

    assert known >= rules.CHATS
