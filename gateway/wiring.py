"""Puts the gateway together, from an opened centre and something that carries bytes."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from zoneinfo import ZoneInfo

from devices.wire.signing import SigningKey
from devices.wire.topics import GATEWAY, ROOT, Channel
from gateway import broker
from gateway.announcer import Showing
from gateway.carrier import Carrier
from gateway.centre import Centre
from gateway.credentials.pepper import Pepper
from gateway.crowd.look import Lookout
from gateway.home_assistant import queries as home_assistant
from gateway.home_assistant.documents import documents, is_ours
from gateway.intake import Intake
from gateway.kiosks.presenting import Presenting
from gateway.kit.clock import Clock
from gateway.kit.db import Sessions
from gateway.kit.ids import new_boot_id
from gateway.kit.right_of_way import RightOfWay
from gateway.link.port import Carriage
from gateway.link.speaker import Speaker
from gateway.recorder import Recorder
from gateway.telemetry import queries as telemetry
from gateway.telemetry.store import Letter, NoReadingsError, ReadingStore, now_ms
from gateway.unlocking.engine import UnlockEngine
from gateway.vendor_ear import VendorEar
from gateway.vendor_intake import VendorIntake


@dataclass(frozen=True)
class Gateway:
    """The parts that a gateway process, or a test of one, drives."""

    engine: UnlockEngine
    intake: Intake
    carrier: Carrier
    speaker: Speaker


def assemble(
    *,
    site: str,
    sessions: Sessions,
    clock: Clock,
    key: SigningKey,
    carriage: Carriage,
    pepper: Callable[[], Pepper],
    reached: Callable[[str], None] = lambda step: None,
) -> Gateway:
    """Wire engine, intake and carrier. `pepper`: asked for when a card is shown.

    `reached` is told each named step of an unlock.
    """
    speaker = Speaker(carriage=carriage, site=site, key=key, gw_boot=new_boot_id())
    engine = UnlockEngine(sessions=sessions, link=speaker, clock=clock, reached=reached)
    presenting = Presenting(sessions=sessions, asker=speaker, clock=clock, pepper=pepper)
    intake = Intake(
        site=site,
        sessions=sessions,
        engine=engine,
        presenting=presenting,
        link=speaker,
        clock=clock,
        reached=reached,
    )
    carrier = Carrier(teller=speaker)
    sessions.on_commit = carrier.take_out
    return Gateway(engine=engine, intake=intake, carrier=carrier, speaker=speaker)


def record(
    gateway: Gateway,
    readings: ReadingStore,
    *,
    site: str,
    clock: Clock,
    others: Callable[[], list[Letter]] = list,
    right_of_way: RightOfWay | None = None,
) -> Recorder:
    """The gateway's ear for readings; start and stop it beside the rest."""
    return Recorder(
        readings,
        site=site,
        clock=clock,
        judge=gateway.intake.judge_readings,
        judge_again=gateway.intake.judge_again,
        acknowledge=lambda kept: gateway.speaker.acknowledge_readings(kept.device, store=kept.store, seq=kept.seq),
        bury=gateway.intake.bury_readings,
        others=others,
        right_of_way=right_of_way,
    )


def show(centre: Centre, readings: ReadingStore) -> Showing | None:
    """What Home Assistant is shown; None when the centre does not want it."""
    settings = centre.settings
    if not settings.home_assistant.shown:
        return None
    language = settings.home_assistant.language
    version = metadata.version("hearth")
    lookout = Lookout(centre.sessions, readings, zone=ZoneInfo(settings.zone))

    def wanted() -> dict[str, bytes]:
        now = centre.clock.now()
        try:
            with readings.read() as connection:
                series = telemetry.all_series(connection)
        except NoReadingsError:
            series = []
        crowds = lookout.now(now)
        with centre.sessions.read() as session:
            things = home_assistant.things(session, series, language=language, now_ms=now_ms(now))
            rooms = home_assistant.rooms(session, crowds.zones, series, language=language, now_ms=now_ms(now))
        return documents(settings.site, things, rooms, language=language, version=version)

    return Showing(
        site=settings.site,
        host=settings.broker.host,
        port=settings.broker.port,
        password=broker.password_of(centre.directory, GATEWAY),
        clock=centre.clock,
        wanted=wanted,
    )


def listen(centre: Centre, right_of_way: RightOfWay) -> VendorEar | None:
    """Hears off-the-shelf devices; None when the centre lets none in."""
    settings = centre.settings
    if settings.broker.vendor_port is None:
        return None
    return VendorEar(
        VendorIntake(
            sessions=centre.sessions,
            clock=centre.clock,
            is_ours=lambda topic: is_ours(settings.site, topic),
            right_of_way=right_of_way,
        ),
        site=settings.site,
        host=settings.broker.host,
        port=settings.broker.port,
        password=broker.password_of(centre.directory, broker.VENDORS),
    )


def subscriptions(site: str) -> list[tuple[str, int]]:
    """What a gateway listens to, with the QoS of each."""
    return [
        (f"{ROOT}/{site}/+/{Channel.STATE}", 1),
        (f"{ROOT}/{site}/+/{Channel.CHAL}", 0),
        (f"{ROOT}/{site}/+/{Channel.EVT}", 1),
        (f"{ROOT}/{site}/{GATEWAY}/{Channel.WAKE}", 0),
    ]


def reading_subscriptions(site: str) -> list[tuple[str, int]]:
    """The same on a connection of its own. What is lost there comes again, for its device waits for `rack`."""
    return [(f"{ROOT}/{site}/+/{Channel.READING}", 0)]
