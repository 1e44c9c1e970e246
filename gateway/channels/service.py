"""Acts upon channels, and upon what is on its way. They never commit, send or sleep.

What is to be told is written in the transaction in which it became so, for each channel that wants it. A message is
made of it later (`alerts.deliveries`), tried under its one id until the other end has it, and marked then. A gateway
killed between sending and marking sends it again, under the same id: no more can be promised, and a receiver can tell.
"""

import base64
import secrets
from collections.abc import Collection
from datetime import datetime
from functools import cache
from typing import Final, cast

from sqlalchemy import Table, delete, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from gateway.channels import queries, rules
from gateway.channels.model import Channel, Delivery, DeliveryState, Severity, Telling, Why
from gateway.channels.seal import Address, Seal
from gateway.kit import audit
from gateway.kit.errors import Malformed
from gateway.kit.ids import new_id
from gateway.members.model import Language

_INSERT: Final = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_SECRET_BYTES: Final = 32  # Standard Webhooks: 24 to 64
_MOST_FORGOTTEN: Final = 500  # at once: nobody's unlock waits for all of it
_LONGEST_WHY: Final = 200


def make_channel(
    session: Session,
    *,
    name: str,
    url: str,
    language: Language,
    from_severity: Severity,
    hears_escalated: bool,
    quiet: tuple[int, int] | None,
    seal: Seal,
    actor: str,
    now: datetime,
) -> tuple[Channel, str]:
    """Open a way out. Returns the secret of its webhooks too, empty for what is none; it is kept sealed, told once.

    `quiet`: from which to which minute of the centre's day. Raises Malformed for an address of no known kind.
    """
    channel = Channel(
        id=new_id(),
        name=name,
        language=language,
        from_severity=from_severity,
        hears_escalated=hears_escalated,
        made_at=now,
        failing_since=None,
        removed_at=None,
    )
    _set_quiet(channel, quiet)
    secret = _set_address(channel, url, seal)
    session.add(channel)
    session.flush()
    audit.append(session, actor=actor, act="channel_made", thing=channel.id, now=now, name=name, to=channel.goes_to)
    return channel, secret


def change_channel(
    session: Session,
    *,
    channel_id: str,
    name: str | None,
    url: str | None,
    language: Language | None,
    from_severity: Severity | None,
    hears_escalated: bool | None,
    quiet: tuple[int, int] | None,
    is_quiet_set: bool,
    seal: Seal,
    actor: str,
    now: datetime,
) -> tuple[Channel, str]:
    """Change what is given. Another address of a webhook has another secret, which is returned.

    Raises NotFound("channel"), Malformed for an address of no known kind.
    """
    channel = queries.channel(session, channel_id)
    said = {"name": name, "language": language, "from_severity": from_severity, "hears_escalated": hears_escalated}
    changed = {field: value for field, value in said.items() if value is not None}
    for field, value in changed.items():
        setattr(channel, field, value)
    if is_quiet_set:
        _set_quiet(channel, quiet)
    secret = "" if url is None else _set_address(channel, url, seal)
    session.flush()
    what = [*changed, *(["quiet"] if is_quiet_set else []), *(["address"] if url else [])]
    audit.append(session, actor=actor, act="channel_changed", thing=channel.id, now=now, what=what, to=channel.goes_to)
    return channel, secret


def remove_channel(session: Session, *, channel_id: str, actor: str, now: datetime) -> None:
    """Send nothing there any more, and forget where it was. Raises NotFound("channel")."""
    channel = queries.channel(session, channel_id)
    audit.append(session, actor=actor, act="channel_removed", thing=channel.id, now=now, name=channel.name)
    channel.sealed, channel.removed_at, channel.failing_since = None, now, None
    session.execute(delete(Telling).where(Telling.channel_id == channel_id, Telling.delivery_id.is_(None)))
    waiting = update(Delivery).where(Delivery.channel_id == channel_id, Delivery.state == DeliveryState.WAITING)
    session.execute(waiting.values(state=DeliveryState.GIVEN_UP))


def tell(
    session: Session, *, alert_id: str, about: str, severity: Severity, why: Why, keeps_quiet: bool, now: datetime
) -> None:
    """Every channel that wants it is to be told. `about`: the alert's thing; a channel is not told of itself.

    Harmless to repeat while it is not told yet.
    """
    rows = [
        {
            "id": new_id(),
            "channel_id": channel.id,
            "alert_id": alert_id,
            "why": why,
            "keeps_quiet": keeps_quiet,
            "at": now,
        }
        for channel in queries.channels(session)
        if channel.id != about
        and rules.hears(
            from_severity=channel.from_severity, hears_escalated=channel.hears_escalated, severity=severity, why=why
        )
    ]
    if rows:
        session.execute(_have_it_told(session.get_bind().dialect.name), rows)


@cache
def _have_it_told(dialect: str) -> sqlite.Insert:
    """Put together once. Both databases know ON CONFLICT, and SQLAlchemy says it alike for both."""
    insert = cast("sqlite.Insert", _INSERT[dialect](cast("Table", Telling.__table__)))
    names = ["channel_id", "alert_id", "why"]
    return insert.on_conflict_do_nothing(index_elements=names, index_where=Telling.delivery_id.is_(None))


def make_delivery(session: Session, *, channel_id: str, content: str, now: datetime) -> Delivery:
    """A message, to be sent at once."""
    delivery = Delivery(
        id=new_id(),
        channel_id=channel_id,
        state=DeliveryState.WAITING,
        content=content,
        made_at=now,
        tries=0,
        next_try_at=now,
        failed_with="",
        sent_at=None,
    )
    session.add(delivery)
    session.flush()
    return delivery


def take(session: Session, *, delivery_id: str, now: datetime) -> bool:
    """Take a message to send it: nobody else does, and whatever becomes of us it is due again after a while.

    False when somebody else has it, or it is on its way no more.
    """
    taken = (
        update(Delivery)
        .where(Delivery.id == delivery_id, Delivery.state == DeliveryState.WAITING, Delivery.next_try_at <= now)
        .values(tries=Delivery.tries + 1, next_try_at=now + rules.LEASE)
        .returning(Delivery.id)
    )
    return session.scalar(taken) is not None


def note_sent(session: Session, *, delivery_id: str, now: datetime) -> Delivery | None:
    """The other end has it. None when that was known."""
    return _settle(session, delivery_id, state=DeliveryState.SENT, sent_at=now, failed_with="")


def note_failed(session: Session, *, delivery_id: str, why: str, chance: float, now: datetime) -> Delivery | None:
    """It did not get out: try it again, ever later, and give up after a day. None when it is on its way no more."""
    delivery = session.get_one(Delivery, delivery_id)
    if rules.must_give_up(delivery.made_at, now=now):
        return _settle(session, delivery_id, state=DeliveryState.GIVEN_UP, failed_with=why[:_LONGEST_WHY])
    next_try_at = rules.next_try(delivery.tries, chance=chance, now=now)
    return _settle(session, delivery_id, next_try_at=next_try_at, failed_with=why[:_LONGEST_WHY])


def forget_old(session: Session, *, now: datetime) -> None:
    """Messages that were sent or given up long ago, and what was told by them."""
    old: Collection[str] = queries.over(session, before=now - rules.KEEP_FOR, most=_MOST_FORGOTTEN)
    if old:
        session.execute(delete(Telling).where(Telling.delivery_id.in_(old)))
        session.execute(delete(Delivery).where(Delivery.id.in_(old)))


def _settle(session: Session, delivery_id: str, **values: object) -> Delivery | None:
    settled = (
        update(Delivery)
        .where(Delivery.id == delivery_id, Delivery.state == DeliveryState.WAITING)
        .values(**values)
        .returning(Delivery)
    )
    return session.scalars(settled, execution_options={"populate_existing": True}).one_or_none()


def _set_address(channel: Channel, url: str, seal: Seal) -> str:
    if fault := rules.address_fault(url):
        raise Malformed("malformed", field="address", why=fault)
    secret = ""
    if rules.is_webhook(url):
        secret = f"whsec_{base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()}"
    channel.goes_to = rules.goes_to(url)
    channel.sealed = seal.close(Address(url, secret), channel_id=channel.id)
    return secret


def _set_quiet(channel: Channel, quiet: tuple[int, int] | None) -> None:
    channel.quiet_from_min, channel.quiet_until_min = quiet or (None, None)
