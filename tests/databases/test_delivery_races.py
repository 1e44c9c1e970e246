"""Alerts raised while others are being sent: each is told to each channel once, on SQLite and on PostgreSQL."""

import json
from collections import Counter
from datetime import timedelta
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy import select

from gateway.alerts import deliveries, service
from gateway.channels import queries
from gateway.channels import service as channels
from gateway.channels.model import Delivery, DeliveryState, Severity
from gateway.channels.seal import SealKey
from gateway.members.model import Language
from tests.centre_builder import NOON
from tests.race import at_once

ALERTS = 40
LATER = NOON + timedelta(hours=1)


def raise_one(sessions, number):
    with sessions.begin() as session:
        service.raise_alert(session, kind="forced", thing=f"lock-{number}", now=NOON)


def make_due(sessions, channel_id, now):
    with sessions.begin() as session:
        zone = ZoneInfo("Asia/Shanghai")
        made = deliveries.make_due(session, channel_id=channel_id, site="demo", zone=zone, now=now)
        return made and made.id


def send(sessions, delivery_id):
    """True: this one sent it."""
    with sessions.begin() as session:
        if not channels.take(session, delivery_id=delivery_id, now=LATER):
            return False
    with sessions.begin() as session:
        deliveries.settle(session, delivery_id=delivery_id, failed_with=None, chance=0, now=LATER)
    return True


def a_channel(sessions):
    with sessions.begin() as session:
        made, _ = channels.make_channel(
            session,
            name="group",
            url="wecombot://botkey",
            language=Language.EN,
            from_severity=Severity.INFO,
            hears_escalated=True,
            quiet=None,
            seal=SealKey.generate().seal,
            actor="test",
            now=NOON,
        )
        return made.id


def test_alerts_raised_while_messages_are_made_are_each_told_once(sessions):
    channel_id = a_channel(sessions)
    raising = [partial(raise_one, sessions, number) for number in range(ALERTS)]
    folding = [partial(make_due, sessions, channel_id, LATER + timedelta(minutes=n)) for n in range(4)]

    at_once([*raising[: ALERTS // 2], *folding, *raising[ALERTS // 2 :]])
    make_due(sessions, channel_id, LATER + timedelta(hours=1))

    with sessions.read() as session:
        assert queries.waiting_tellings(session, channel_id) == []
        contents = [json.loads(text) for text in session.scalars(select(Delivery.content))]
    told = Counter(one["thing"] for content in contents for one in content["data"]["alerts"])
    assert told == {f"lock-{number}": 1 for number in range(ALERTS)}


def test_of_many_who_would_send_a_message_one_does(sessions):
    channel_id = a_channel(sessions)
    raise_one(sessions, 1)
    delivery_id = make_due(sessions, channel_id, LATER)

    sent = at_once([partial(send, sessions, delivery_id) for _ in range(12)])

    assert Counter(sent) == {True: 1, False: 11}
    with sessions.read() as session:
        assert session.get_one(Delivery, delivery_id).state is DeliveryState.SENT
