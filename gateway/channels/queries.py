"""Questions about channels and what is on its way. Read-only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from gateway.channels.model import Channel, Delivery, DeliveryState, Telling
from gateway.kit.errors import NotFound

_IN_USE: Final = select(Channel).where(Channel.removed_at.is_(None)).order_by(Channel.made_at, Channel.id)


@dataclass(frozen=True)
class Post:
    """How much of a channel's is on its way, and when it last got something out."""

    waiting: int = 0  # messages
    given_up: int = 0
    sent_at: datetime | None = None


def channel(session: Session, channel_id: str) -> Channel:
    """Raises NotFound("channel") for one that was removed, too."""
    found = session.get(Channel, channel_id)
    if found is None or found.removed_at is not None:
        raise NotFound("channel")
    return found


def channels(session: Session) -> Sequence[Channel]:
    """Those in use, the oldest first."""
    return session.scalars(_IN_USE).all()


def posts(session: Session, *, channel_id: str | None = None) -> Mapping[str, Post]:
    """By channel, of those that ever had a message."""
    query = select(
        Delivery.channel_id,
        func.count().filter(Delivery.state == DeliveryState.WAITING),
        func.count().filter(Delivery.state == DeliveryState.GIVEN_UP),
        func.max(Delivery.sent_at),
    ).group_by(Delivery.channel_id)
    if channel_id is not None:
        query = query.where(Delivery.channel_id == channel_id)
    return {name: Post(waiting, given_up, sent_at) for name, waiting, given_up, sent_at in session.execute(query)}


def deliveries(session: Session, *, channel_id: str, limit: int, after: str | None = None) -> Sequence[Delivery]:
    """A channel's messages, the newest first. `after` is the id of the last one already seen.

    Raises NotFound("delivery") when `after` is none of its.
    """
    query = select(Delivery).where(Delivery.channel_id == channel_id)
    if after is not None:
        last = session.get(Delivery, after)
        if last is None or last.channel_id != channel_id:
            raise NotFound("delivery")
        query = query.where(tuple_(Delivery.made_at, Delivery.id) < tuple_(last.made_at, last.id))
    return session.scalars(query.order_by(Delivery.made_at.desc(), Delivery.id.desc()).limit(limit)).all()


def channels_with_something_to_tell(session: Session) -> Sequence[str]:
    """Their ids, whether or not it is time to tell it."""
    return session.scalars(select(Telling.channel_id).where(Telling.delivery_id.is_(None)).distinct()).all()


def waiting_tellings(session: Session, channel_id: str) -> Sequence[Telling]:
    """What is to be told to a channel, the oldest first."""
    query = select(Telling).where(Telling.channel_id == channel_id, Telling.delivery_id.is_(None))
    return session.scalars(query.order_by(Telling.at, Telling.id)).all()


def last_told(session: Session, *, channel_id: str, alert_id: str) -> int:
    """How often an alert was said to have happened when it was last told there; 0: it never was."""
    query = select(func.max(Telling.told_count)).where(Telling.channel_id == channel_id, Telling.alert_id == alert_id)
    return session.scalar(query) or 0


def made_since(session: Session, *, channel_id: str, since: datetime) -> Sequence[datetime]:
    """When the channel's last messages were made."""
    return session.scalars(
        select(Delivery.made_at).where(Delivery.channel_id == channel_id, Delivery.made_at > since)
    ).all()


def waiting_since(session: Session, channel_id: str) -> datetime | None:
    """When the newest was made that was tried and has not got out yet."""
    return session.scalar(
        select(func.max(Delivery.made_at)).where(
            Delivery.channel_id == channel_id, Delivery.state == DeliveryState.WAITING, Delivery.tries > 0
        )
    )


def due(session: Session, *, now: datetime) -> Sequence[Delivery]:
    """Messages to be sent now, the oldest first."""
    query = select(Delivery).where(Delivery.state == DeliveryState.WAITING, Delivery.next_try_at <= now)
    return session.scalars(query.order_by(Delivery.made_at, Delivery.id)).all()


def over(session: Session, *, before: datetime, most: int) -> Sequence[str]:
    """Ids of messages that were sent, or given up, before then."""
    query = select(Delivery.id).where(Delivery.state != DeliveryState.WAITING, Delivery.made_at < before)
    return session.scalars(query.limit(most)).all()
