"""Channels and their messages, as JSON. An address and a secret go in, and never out again."""

import json
from datetime import datetime
from typing import Annotated, Self

from pydantic import Field, SecretStr, StrictBool, StrictInt, model_validator

from api.views import Ask, PlainText, View
from gateway.channels.model import Channel, Delivery, DeliveryState, Severity
from gateway.channels.queries import Post
from gateway.members.model import Language

Minute = Annotated[StrictInt, Field(ge=0, le=1439, description="Wall-clock minutes after midnight.")]
Address = Annotated[
    SecretStr,
    Field(
        min_length=1,
        max_length=1000,
        description="As Apprise writes it: `mailto://…`, `wecombot://…`, `dingtalk://…`, `feishu://…`, `ntfy://…`"
        " (docs/alerts.md lists them); or `https://…`, to which signed webhooks are sent. Never read back.",
    ),
]


class QuietHours(Ask):
    """From when to when nobody is disturbed by what does not press, by the centre's clock; it may be over midnight."""

    from_min: Minute
    until_min: Minute

    @property
    def span(self) -> tuple[int, int]:
        """Both ends."""
        return self.from_min, self.until_min


class QuietHoursView(View):
    """From when to when nobody is disturbed: wall-clock minutes after midnight."""

    from_min: int
    until_min: int


class NewChannel(Ask):
    """A way out of the house. `quiet` null: messages go out at any hour.

    `from_severity`: what presses less is not sent here, unless `hears_escalated` and it was left alone for too long.
    """

    name: PlainText
    address: Address
    language: Language = Language.ZH_CN
    from_severity: Severity = Severity.WARNING
    hears_escalated: StrictBool = True
    quiet: QuietHours | None = QuietHours(from_min=22 * 60, until_min=8 * 60)


class ChannelChange(Ask):
    """What is to be different; what is left out stays. `quiet` null: messages go out at any hour."""

    name: PlainText | None = None
    address: Address | None = None
    language: Language | None = None
    from_severity: Severity | None = None
    hears_escalated: StrictBool | None = None
    quiet: QuietHours | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("say what is to be different")
        return self


class ChannelView(View):
    """A way out of the house. `goes_to`: what of its address may be shown.

    `failing_since`: nothing has got out since then; `waiting`: messages on their way; `given_up`: those of the last 90
    days that never got out.
    """

    id: str
    name: str
    goes_to: str
    language: Language
    from_severity: Severity
    hears_escalated: bool
    quiet: QuietHoursView | None
    made_at: datetime
    failing_since: datetime | None
    last_sent_at: datetime | None
    waiting: int
    given_up: int

    @classmethod
    def of(cls, channel: Channel, post: Post) -> Self:
        """As it stands in this transaction."""
        quiet = None
        if channel.quiet_from_min is not None and channel.quiet_until_min is not None:
            quiet = QuietHoursView(from_min=channel.quiet_from_min, until_min=channel.quiet_until_min)
        return cls(
            id=channel.id,
            name=channel.name,
            goes_to=channel.goes_to,
            language=channel.language,
            from_severity=channel.from_severity,
            hears_escalated=channel.hears_escalated,
            quiet=quiet,
            made_at=channel.made_at,
            failing_since=channel.failing_since,
            last_sent_at=post.sent_at,
            waiting=post.waiting,
            given_up=post.given_up,
        )


class ChannelWithSecret(ChannelView):
    """A channel that was just made or changed. `secret`: what its webhooks are signed with, told this once.

    Null when it has none, when its address did not change, or when this request was answered before.
    """

    secret: str | None


class DeliveryView(View):
    """A message. `title`, `body`: what people are sent; `failed_with`: why the last try came to nothing."""

    id: str
    state: DeliveryState
    title: str
    body: str
    made_at: datetime
    tries: int
    next_try_at: datetime | None
    failed_with: str | None
    sent_at: datetime | None

    @classmethod
    def of(cls, delivery: Delivery) -> Self:
        """As it stands in this transaction."""
        content = json.loads(delivery.content)
        is_waiting = delivery.state is DeliveryState.WAITING
        return cls(
            id=delivery.id,
            state=delivery.state,
            title=content["title"],
            body=content["body"],
            made_at=delivery.made_at,
            tries=delivery.tries,
            next_try_at=delivery.next_try_at if is_waiting else None,
            failed_with=delivery.failed_with or None,
            sent_at=delivery.sent_at,
        )
