"""What is to be told becomes messages: folded, held in quiet hours, and never forgotten."""

import json
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from gateway.alerts import deliveries, service
from gateway.alerts import queries as alerts
from gateway.channels import queries
from gateway.channels import service as channels
from gateway.channels.model import Channel, Delivery, DeliveryState, Severity, Telling
from gateway.channels.seal import SealKey
from gateway.members.model import Language, Role
from tests.centre_builder import NOON, a_member, fail_after

KEY = SealKey.generate()
SHANGHAI = ZoneInfo("Asia/Shanghai")
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
SOON = NOON + 2 * SECOND
NIGHT = NOON + 11 * HOUR  # 23:00 in Shanghai
MORNING = NOON + 20 * HOUR  # 8:00
PLACE = {"zh-CN": "大厅 01 号柜", "en": "Compartment 01"}


def a_channel(session, name="group", *, now=NOON, **more):
    facts = {
        "url": "wecombot://botkey",
        "language": Language.EN,
        "from_severity": Severity.INFO,
        "hears_escalated": True,
        "quiet": (22 * 60, 8 * 60),
    }
    return channels.make_channel(session, name=name, seal=KEY.seal, actor="test", now=now, **facts | more)[0]


@pytest.fixture
def channel(session):
    return a_channel(session)


def force(session, thing="lock-1", *, now=NOON):
    return service.raise_alert(session, kind="forced", thing=thing, now=now, facts={"place": PLACE})


def battery(session, *, now=NOON):
    facts = {"place": {"zh-CN": "门厅", "en": "Hall"}}
    return service.raise_alert(session, kind="battery_low", thing="pir-1", now=now, facts=facts)


def make(session, channel, now):
    return deliveries.make_due(session, channel_id=channel.id, site="demo", zone=SHANGHAI, now=now)


def body(delivery):
    return json.loads(delivery.content)["body"]


def look_after(session, one, now):
    service.look_after(session, alert_id=one.id, zone=SHANGHAI, now=now)


def test_an_alert_becomes_a_message_that_says_what_and_where(session, channel):
    force(session)

    delivery = make(session, channel, SOON)

    content = json.loads(delivery.content)
    assert content["title"] == "demo: ALARM"
    assert content["body"].startswith("[ALARM] Compartment 01: the door came open and nobody had asked")
    assert (content["type"], content["data"]["alerts"][0]["kind"]) == ("alert.raised", "forced")
    assert make(session, channel, SOON + HOUR) is None


def test_a_message_is_in_the_channels_language(session):
    chinese = a_channel(session, language=Language.ZH_CN)
    force(session)

    content = json.loads(make(session, chinese, SOON).content)

    assert (content["title"], content["body"][:12]) == ("demo：紧急", "【紧急】大厅 01 号柜")


def test_what_is_to_be_told_is_written_with_the_alert_or_not_at_all(sessions):
    with sessions.begin() as session:
        channel = a_channel(session)
    with pytest.raises(ZeroDivisionError):
        fail_after(sessions, force)
    with sessions.begin() as session:
        assert queries.waiting_tellings(session, channel.id) == []
        force(session)
    with sessions.read() as session:
        assert len(queries.waiting_tellings(session, channel.id)) == 1


def test_a_channel_is_not_told_of_what_presses_too_little(session):
    only_alarms = a_channel(session, from_severity=Severity.ALARM)
    battery(session)

    assert make(session, only_alarms, SOON) is None
    force(session)
    assert make(session, only_alarms, SOON + SOON.resolution) is not None


def test_two_hundred_flaps_at_once_are_one_message_with_the_right_count(session, channel):
    for _ in range(200):
        force(session)

    delivery = make(session, channel, SOON)

    assert "(200 times)" in body(delivery)
    for hours in range(1, 30):
        assert make(session, channel, SOON + hours * HOUR) is None
    assert queries.waiting_tellings(session, channel.id) == []


def test_what_goes_on_flapping_is_one_message_at_once_and_one_summary_later(session, channel):
    force(session)
    assert "times" not in body(make(session, channel, SOON))
    for _ in range(199):
        force(session, now=SOON + SECOND)

    assert make(session, channel, SOON + 9 * MINUTE) is None
    summary = make(session, channel, SOON + 11 * MINUTE)

    assert "(200 times)" in body(summary)
    assert make(session, channel, SOON + HOUR) is None
    assert session.scalar(select(func.count()).select_from(Delivery)) == 2


def test_two_hundred_different_alerts_at_once_are_one_message_with_the_worst_first(session, channel):
    battery(session)
    for number in range(199):
        force(session, f"lock-{number}")

    content = json.loads(make(session, channel, SOON).content)

    assert content["title"] == "demo: 200 alerts, up to: ALARM"
    lines = content["body"].splitlines()
    assert (len(lines), lines[0][:7], lines[-1]) == (
        9,
        "[ALARM]",
        "… and 192 more: please look at the list of alerts.",
    )
    assert (content["type"], content["data"]["count"], len(content["data"]["alerts"])) == ("alert.several", 200, 100)
    assert make(session, channel, SOON + HOUR) is None


def test_what_comes_thick_and_fast_is_folded_after_three_messages_a_minute(session, channel):
    made = []
    for number in range(60):
        force(session, f"lock-{number}", now=NOON + number * SECOND)
        made.append(make(session, channel, NOON + (number + 2) * SECOND))
    made.append(make(session, channel, NOON + 63 * SECOND))

    sent = [one for one in made if one]
    assert len(sent) == 4
    told = sum(json.loads(one.content)["data"]["count"] for one in sent)
    assert told == 60


def test_in_quiet_hours_an_alarm_goes_out_and_what_does_not_press_waits_for_the_morning(session, channel):
    battery(session, now=NIGHT)
    assert make(session, channel, NIGHT + MINUTE) is None
    force(session, now=NIGHT)

    assert "[ALARM]" in body(make(session, channel, NIGHT + MINUTE))
    assert make(session, channel, MORNING - SECOND) is None
    assert "Hall" in body(make(session, channel, MORNING))


def test_a_channel_without_quiet_hours_is_told_at_any_hour(session):
    mailbox = a_channel(session, quiet=None)
    battery(session, now=NIGHT)

    assert make(session, mailbox, NIGHT + MINUTE) is not None


def test_what_is_over_before_it_was_told_is_told_once_and_says_so(session, channel):
    since = NIGHT - HOUR
    for is_so in (True, False):
        facts = {"place": PLACE, "since": since.isoformat()}
        service.note_condition(session, kind="ajar", thing="lock-1", is_so=is_so, since=since, now=NIGHT, facts=facts)

    [line] = body(make(session, channel, MORNING)).splitlines()

    assert line.endswith("It is over now.")
    assert make(session, channel, MORNING + HOUR) is None


def test_what_nobody_takes_up_is_told_again_and_to_whoever_hears_of_that_alone(session, channel):
    manager = a_channel(session, "manager", from_severity=Severity.ALARM, hears_escalated=True)
    codes = service.raise_alert(session, kind="wrong_codes", thing="kiosk", now=NOON, facts={"place": PLACE})
    make(session, channel, SOON)
    assert make(session, manager, SOON) is None

    look_after(session, codes, NOON + 30 * MINUTE)

    for one in (channel, manager):
        assert body(make(session, one, NOON + 31 * MINUTE)).endswith("Nobody has taken this up since 12:00.")


def test_what_somebody_has_taken_up_or_put_aside_is_counted_and_not_told_again(session, channel):
    desk = a_member(session, "s002", role=Role.DESK)
    forced = force(session)
    make(session, channel, SOON)
    service.shelve(session, alert_id=forced.id, until=NOON + HOUR, actor=desk, now=SOON)
    for _ in range(7):
        force(session, now=SOON)

    assert make(session, channel, NOON + 30 * MINUTE) is None
    look_after(session, forced, NOON + HOUR)
    assert "(8 times)" in body(make(session, channel, NOON + HOUR + MINUTE))


def test_what_was_dealt_with_in_the_night_says_so_in_the_morning(session, channel):
    desk = a_member(session, "s002", role=Role.DESK)
    low = battery(session, now=NIGHT)
    service.clear(session, alert_id=low.id, actor=desk, now=NIGHT + HOUR)

    assert body(make(session, channel, MORNING)).endswith("Somebody has dealt with it.")


def settle(session, delivery, failed_with, now):
    assert channels.take(session, delivery_id=delivery.id, now=now)
    deliveries.settle(session, delivery_id=delivery.id, failed_with=failed_with, chance=0.5, now=now)
    return session.get_one(Delivery, delivery.id, populate_existing=True)


def test_a_message_that_is_out_is_marked_and_never_due_again(session, channel):
    force(session)
    sent = settle(session, make(session, channel, SOON), None, SOON)

    assert (sent.state, sent.sent_at, sent.tries) == (DeliveryState.SENT, SOON, 1)
    assert queries.due(session, now=SOON + 48 * HOUR) == []


def test_of_two_who_would_send_it_one_does_and_after_its_lease_anybody_may(session, channel):
    force(session)
    delivery = make(session, channel, SOON)

    assert channels.take(session, delivery_id=delivery.id, now=SOON)
    assert not channels.take(session, delivery_id=delivery.id, now=SOON + 59 * SECOND)
    assert channels.take(session, delivery_id=delivery.id, now=SOON + 60 * SECOND)


def test_a_message_that_does_not_get_out_is_tried_until_it_does_under_one_id(session, channel):
    force(session)
    delivery, now, tries = make(session, channel, SOON), SOON, []
    for _ in range(4):
        tried = settle(session, delivery, "HTTP 500", now)
        tries.append((tried.next_try_at - now).total_seconds())
        now = tried.next_try_at
    sent = settle(session, delivery, None, now)

    assert tries == [10, 20, 40, 80]
    assert (sent.id, sent.tries, sent.state) == (delivery.id, 5, DeliveryState.SENT)


def test_what_comes_while_a_channel_is_down_is_folded_and_told_when_it_is_back(session, channel):
    force(session, "lock-0")
    first = settle(session, make(session, channel, SOON), "refused", SOON)
    for number in range(1, 20):
        force(session, f"lock-{number}", now=SOON)
    assert make(session, channel, SOON + 9 * MINUTE) is None

    settle(session, first, None, SOON + 9 * MINUTE)
    behind = make(session, channel, SOON + 9 * MINUTE)

    told = json.loads(behind.content)["data"]["alerts"]
    assert {one["thing"] for one in told} == {f"lock-{number}" for number in range(1, 20)}


def test_a_channel_that_gets_nothing_out_for_ten_minutes_is_an_alert_to_the_others_and_not_to_itself(session, channel):
    other = a_channel(session, "other")
    force(session)
    make(session, other, SOON)
    delivery, now = make(session, channel, SOON), SOON
    while now < SOON + 11 * MINUTE:
        now = settle(session, delivery, "HTTP 500", now).next_try_at

    one = alerts.standing(session, kind="channel_failing", thing=channel.id)
    assert one is not None
    assert make(session, channel, now + HOUR) is None
    assert "Channel group: no message has got out since" in body(make(session, other, now + MINUTE))

    settle(session, delivery, None, now)
    assert alerts.standing(session, kind="channel_failing", thing=channel.id) is None


def test_after_a_day_it_is_given_up_which_stays_visible_and_is_an_alert(session, channel):
    force(session)
    delivery, now = make(session, channel, SOON), SOON
    while delivery.state is DeliveryState.WAITING:
        delivery = settle(session, delivery, "HTTP 500", now)
        now = max(delivery.next_try_at, now)

    assert (delivery.state, delivery.failed_with) == (DeliveryState.GIVEN_UP, "HTTP 500")
    assert 24 * HOUR <= now - SOON < 25 * HOUR
    assert 45 < delivery.tries < 65
    assert queries.posts(session)[channel.id].given_up == 1
    assert alerts.standing(session, kind="message_given_up", thing=channel.id).count == 1


def test_nothing_goes_to_a_channel_that_was_removed_and_its_address_is_forgotten(session, channel):
    force(session)
    first = make(session, channel, SOON)
    force(session, "lock-2", now=SOON)
    channels.remove_channel(session, channel_id=channel.id, actor="test", now=SOON)
    force(session, "lock-3", now=SOON)

    assert session.get_one(Channel, channel.id).sealed is None
    assert session.get_one(Delivery, first.id, populate_existing=True).state is DeliveryState.GIVEN_UP
    assert queries.due(session, now=SOON + HOUR) == []
    assert queries.channels_with_something_to_tell(session) == []


def test_a_test_message_goes_out_at_once_at_any_hour(session, channel):
    delivery = deliveries.make_trial(session, channel_id=channel.id, site="demo", now=NIGHT)

    assert [one.id for one in queries.due(session, now=NIGHT)] == [delivery.id]
    assert "This is a test." in body(delivery)


def test_messages_of_long_ago_are_forgotten_with_what_was_told_by_them(session, channel):
    force(session)
    settle(session, make(session, channel, SOON), None, SOON)
    force(session, "lock-2", now=SOON)
    waiting = make(session, channel, SOON + MINUTE)

    channels.forget_old(session, now=SOON + timedelta(days=91))

    assert session.scalars(select(Delivery.id)).all() == [waiting.id]
    assert session.scalars(select(Telling.delivery_id)).all() == [waiting.id]
