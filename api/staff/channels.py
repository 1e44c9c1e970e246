"""Where alerts are sent, for the manager to say."""

from fastapi import Response
from fastapi.responses import JSONResponse

from api.deps import Id, Paged, SignedIn
from api.idempotency import Repeatable
from api.openapi import STAFF_ONLY, problems
from api.signpost import Doors
from api.staff.channel_views import (
    ChannelChange,
    ChannelView,
    ChannelWithSecret,
    DeliveryView,
    NewChannel,
)
from api.views import Items, behind, items
from gateway.alerts import deliveries
from gateway.channels import queries as channels
from gateway.channels import service as channels_service
from gateway.channels.model import Channel
from gateway.channels.queries import Post
from gateway.members.model import Role

router = Doors("/staff/channels", tags=["staff"])


@router.get("", responses=problems(*STAFF_ONLY, "not_found", "malformed"))
async def list_channels(who: SignedIn, page: Paged) -> Items[ChannelView]:
    """Every channel in use, and how it fares."""

    def look() -> Items[ChannelView]:
        with who.desk.sessions.read() as session:
            who.staff(session, Role.MANAGER)
            rest = behind(channels.channels(session), page, name=lambda one: one.id)
            posts = channels.posts(session)

            def view(one: Channel) -> ChannelView:
                return ChannelView.of(one, posts.get(one.id, Post()))

            return items(rest, page, view=view, name=lambda one: one.id)

    return await who.desk.backroom.read(look)


@router.post(
    "",
    status_code=201,
    response_model=ChannelWithSecret,
    responses=problems(*STAFF_ONLY, "malformed", "idempotency_key_reused"),
)
async def make_channel(wanted: NewChannel, who: SignedIn, attempt: Repeatable) -> Response:
    """Open a way out. Its address is sealed for the gateway, and a webhook's secret is told this once."""
    desk = who.desk

    def act() -> Response:
        with desk.sessions.begin() as session:
            manager, now = who.staff(session, Role.MANAGER), desk.clock.now()
            if told := attempt.recall(session, member_id=manager.id):
                return told
            channel, secret = channels_service.make_channel(
                session,
                name=wanted.name,
                url=wanted.address.get_secret_value(),
                language=wanted.language,
                from_severity=wanted.from_severity,
                hears_escalated=wanted.hears_escalated,
                quiet=wanted.quiet.span if wanted.quiet else None,
                seal=desk.centre.seal,
                actor=manager.audit_id,
                now=now,
            )
            kept = _with_secret(channel, Post(), None)
            attempt.keep(session, member_id=manager.id, status=201, view=kept, now=now)
            return JSONResponse({**kept.model_dump(mode="json"), "secret": secret or None}, status_code=201)

    return await desk.backroom.write(act)


@router.get("/{channel_id}", responses=problems(*STAFF_ONLY, "not_found"))
async def read_channel(channel_id: Id, who: SignedIn) -> ChannelView:
    """One of them."""

    def look() -> ChannelView:
        with who.desk.sessions.read() as session:
            who.staff(session, Role.MANAGER)
            channel = channels.channel(session, channel_id)
            return ChannelView.of(channel, channels.posts(session, channel_id=channel_id).get(channel_id, Post()))

    return await who.desk.backroom.read(look)


@router.patch("/{channel_id}", responses=problems(*STAFF_ONLY, "not_found", "malformed"))
async def change_channel(channel_id: Id, change: ChannelChange, who: SignedIn) -> ChannelWithSecret:
    """Change what is given. With another address a webhook gets another secret, told this once."""
    desk = who.desk

    def act() -> ChannelWithSecret:
        with desk.sessions.begin() as session:
            manager = who.staff(session, Role.MANAGER)
            channel, secret = channels_service.change_channel(
                session,
                channel_id=channel_id,
                name=change.name,
                url=change.address.get_secret_value() if change.address else None,
                language=change.language,
                from_severity=change.from_severity,
                hears_escalated=change.hears_escalated,
                quiet=change.quiet.span if change.quiet else None,
                is_quiet_set="quiet" in change.model_fields_set,
                seal=desk.centre.seal,
                actor=manager.audit_id,
                now=desk.clock.now(),
            )
            post = channels.posts(session, channel_id=channel_id).get(channel_id, Post())
            return _with_secret(channel, post, secret or None)

    return await desk.backroom.write(act)


@router.delete("/{channel_id}", status_code=204, responses=problems(*STAFF_ONLY, "not_found"))
async def remove_channel(channel_id: Id, who: SignedIn) -> Response:
    """Send nothing there any more, and forget its address. What was on its way is given up."""
    desk = who.desk

    def act() -> None:
        with desk.sessions.begin() as session:
            manager = who.staff(session, Role.MANAGER)
            channels_service.remove_channel(
                session, channel_id=channel_id, actor=manager.audit_id, now=desk.clock.now()
            )

    await desk.backroom.write(act)
    return Response(status_code=204)


@router.post(
    "/{channel_id}/test",
    status_code=202,
    response_model=DeliveryView,
    responses=problems(*STAFF_ONLY, "not_found", "malformed", "idempotency_key_reused"),
)
async def send_test(channel_id: Id, who: SignedIn, attempt: Repeatable) -> Response:
    """Send a test message, at any hour. What becomes of it stands in the channel's messages."""
    desk = who.desk

    def act() -> Response:
        with desk.sessions.begin() as session:
            manager, now = who.staff(session, Role.MANAGER), desk.clock.now()
            if told := attempt.recall(session, member_id=manager.id):
                return told
            site = desk.centre.settings.site
            trial = deliveries.make_trial(session, channel_id=channel_id, site=site, now=now)
            return attempt.keep(session, member_id=manager.id, status=202, view=DeliveryView.of(trial), now=now)

    return await desk.backroom.write(act)


@router.get("/{channel_id}/deliveries", responses=problems(*STAFF_ONLY, "not_found", "malformed"))
async def list_deliveries(channel_id: Id, who: SignedIn, page: Paged) -> Items[DeliveryView]:
    """A channel's messages of the last 90 days, the newest first: sent, waiting to be sent again, given up."""

    def look() -> Items[DeliveryView]:
        with who.desk.sessions.read() as session:
            who.staff(session, Role.MANAGER)
            channels.channel(session, channel_id)
            found = channels.deliveries(session, channel_id=channel_id, limit=page.limit + 1, after=page.after)
            return items(found, page, view=DeliveryView.of, name=lambda one: one.id)

    return await who.desk.backroom.read(look)


def _with_secret(channel: Channel, post: Post, secret: str | None) -> ChannelWithSecret:
    return ChannelWithSecret(**ChannelView.of(channel, post).model_dump(), secret=secret)
