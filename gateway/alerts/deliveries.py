"""From what is to be told to a message, and what is said when it does not get out. These acts never commit or send."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import delete
from sqlalchemy.orm import Session

from gateway.alerts import messages, service
from gateway.alerts import queries as alerts
from gateway.alerts.kinds import Hours
from gateway.alerts.messages import Item
from gateway.alerts.model import Alert
from gateway.channels import queries, rules
from gateway.channels import service as channels
from gateway.channels.model import Channel, Delivery, DeliveryState, Telling, Why

_MINUTE: Final = timedelta(minutes=1)
_LAST_WORD: Final = list(Why)  # of several reasons to tell one alert the last of these is said


def make_due(session: Session, *, channel_id: str, site: str, zone: ZoneInfo, now: datetime) -> Delivery | None:
    """Fold what is to be told to a channel now into one message; None when there is nothing, or it is not yet time."""
    # One folds at a time; whoever raises an alert meanwhile does not wait for it (FOR NO KEY UPDATE).
    channel = session.get_one(Channel, channel_id, populate_existing=True, with_for_update={"key_share": True})
    if channel.removed_at is not None:
        session.execute(delete(Telling).where(Telling.channel_id == channel_id, Telling.delivery_id.is_(None)))
        return None
    waiting = queries.waiting_tellings(session, channel_id)
    quiet = _quiet_hours(session, waiting)
    ripe = [one for one in waiting if _is_ripe(one, channel, quiet.get(one.alert_id), zone, now)]
    if not ripe or not _may_send(session, channel_id, ripe[0].at, now):
        return None
    items = _items(session, ripe)
    news = [item for item in items if not _is_known(session, channel_id, item)]
    if not news:
        _let_go(session, ripe)
        return None
    message = messages.fold(news, site=site, language=channel.language, zone=zone, now=now)
    delivery = channels.make_delivery(session, channel_id=channel_id, content=message.to_json(), now=now)
    counts = {item.alert.id: item.alert.count for item in items}
    for telling in ripe:
        telling.delivery_id, telling.told_count = delivery.id, counts[telling.alert_id]
    session.flush()
    return delivery


def make_trial(session: Session, *, channel_id: str, site: str, now: datetime) -> Delivery:
    """A message that tries a channel. Raises NotFound("channel")."""
    channel = queries.channel(session, channel_id)
    message = messages.trial(site=site, language=channel.language, now=now)
    return channels.make_delivery(session, channel_id=channel_id, content=message.to_json(), now=now)


def settle(session: Session, *, delivery_id: str, failed_with: str | None, chance: float, now: datetime) -> None:
    """A message was sent, or was not. A channel that gets nothing out is an alert; so is a message given up."""
    if failed_with is None:
        delivery = channels.note_sent(session, delivery_id=delivery_id, now=now)
    else:
        delivery = channels.note_failed(session, delivery_id=delivery_id, why=failed_with, chance=chance, now=now)
    if delivery is None:
        return
    channel = session.get_one(Channel, delivery.channel_id)
    channel.failing_since = None if failed_with is None else channel.failing_since or now
    place = {"zh-CN": f"通知渠道“{channel.name}”", "en": f"Channel {channel.name}"}
    facts = {"place": place, "since": (channel.failing_since or now).isoformat(), "why": delivery.failed_with}
    service.note_condition(
        session,
        kind="channel_failing",
        thing=channel.id,
        is_so=channel.failing_since is not None,
        since=channel.failing_since,
        now=now,
        facts=facts,
    )
    if delivery.state is DeliveryState.GIVEN_UP:
        service.raise_alert(session, kind="message_given_up", thing=channel.id, now=now, facts=facts)


def _quiet_hours(session: Session, tellings: Sequence[Telling]) -> dict[str, Hours]:
    """Those that the rules of these alerts have of their own, by the alert's id."""
    found = [session.get_one(Alert, one.alert_id) for one in tellings if one.keeps_quiet]
    by = alerts.rules_of(session, found)
    return {alert_id: rule.quiet for alert_id, rule in by.items() if rule.quiet is not None}


def _is_ripe(telling: Telling, channel: Channel, quiet: Hours | None, zone: ZoneInfo, now: datetime) -> bool:
    """`quiet`: in which its own rule disturbs nobody, beside the channel's."""
    if not rules.is_ripe(telling.why, telling.at, now=now):
        return False
    if not telling.keeps_quiet:
        return True
    all_hours = [(channel.quiet_from_min, channel.quiet_until_min), *([quiet] if quiet else [])]
    return all(rules.quiet_until(now, zone=zone, from_min=one[0], until_min=one[1]) <= now for one in all_hours)


def _may_send(session: Session, channel_id: str, oldest_at: datetime, now: datetime) -> bool:
    made = queries.made_since(session, channel_id=channel_id, since=now - _MINUTE)
    waiting_since = queries.waiting_since(session, channel_id)
    return rules.may_send(oldest_at, made=made, waiting_since=waiting_since, now=now)


def _items(session: Session, tellings: list[Telling]) -> list[Item]:
    """One an alert, as it stands now."""
    why: dict[str, Why] = {}
    for telling in tellings:
        known = why.get(telling.alert_id, telling.why)
        why[telling.alert_id] = max(known, telling.why, key=_LAST_WORD.index)
    links = alerts.links(session, why.keys())
    return [Item(session.get_one(Alert, name, populate_existing=True), why[name], links[name]) for name in why]


def _is_known(session: Session, channel_id: str, item: Item) -> bool:
    """That it has happened again was in the last message already."""
    if item.why is not Why.AGAIN:
        return False
    return item.alert.count <= queries.last_told(session, channel_id=channel_id, alert_id=item.alert.id)


def _let_go(session: Session, tellings: list[Telling]) -> None:
    session.execute(delete(Telling).where(Telling.id.in_([one.id for one in tellings])))
