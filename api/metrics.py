"""Figures for Prometheus, for whoever has the centre's token: not for the hall's Wi-Fi."""

import hmac
from collections.abc import Iterable, Mapping
from typing import Annotated

from fastapi import Header, Response
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

from api.crowds import crowds_now
from api.deps import AtDesk, Desk
from api.signpost import Doors
from gateway.centre import METRICS_TOKEN
from gateway.kit.errors import Refused
from gateway.metrics import queries as metrics
from gateway.metrics.queries import Figures
from gateway.telemetry import queries as telemetry
from gateway.telemetry.store import NoReadingsError

router = Doors()

Credentials = Annotated[str, Header(alias="Authorization")]


# Text for one program has no shape that the OpenAPI document could name.
@router.get("/metrics", include_in_schema=False)
async def read_metrics(desk: AtDesk, authorization: Credentials = "") -> Response:
    """Prometheus' text format. Some seconds old at most. 401 without the token of `secrets/metrics`."""
    _check(desk, authorization)

    def look() -> bytes:
        return desk.metrics.ask(lambda: _text(desk), now_s=desk.clock.monotonic())

    return Response(await desk.backroom.read(look), media_type=CONTENT_TYPE_PLAIN_0_0_4)


def _check(desk: Desk, authorization: str) -> None:
    try:
        token = (desk.centre.directory / METRICS_TOKEN).read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        token = ""  # a centre without one tells nobody
    scheme, _, given = authorization.partition(" ")
    if not token or scheme.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), token.encode()):
        raise Refused("not_signed_in")


def _text(desk: Desk) -> bytes:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_House(desk))
    return generate_latest(registry)


class _House:
    """Asked once, by the registry that it is registered with."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def describe(self) -> Iterable[Metric]:
        """Nothing is looked up to be registered."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """Every figure."""
        desk = self._desk
        with desk.sessions.read() as session:
            found = metrics.figures(session, now=desk.clock.now())
        yield from _of_the_core(found)
        yield from _of_readings(desk)
        yield from _of_this_process(desk)
        yield _gauge(
            "hearth_zone_people",
            "People in a zone by its counters; a zone whose count is unknown is absent, which is not nobody.",
            "zone",
            {name: one.people for name, one in crowds_now(desk).zones.items() if one.people is not None},
        )


def _of_the_core(found: Figures) -> Iterable[Metric]:
    unlocks = CounterMetricFamily(
        "hearth_unlocks", "Unlocks that were settled, by what came of them.", labels=["outcome"]
    )
    for outcome, count in found.unlocks.items():
        unlocks.add_metric([outcome.lower()], count)
    dead = CounterMetricFamily(
        "hearth_dead_letters", "Messages from devices that were not taken.", labels=["channel", "fault"]
    )
    for names, count in found.dead_letters.items():
        dead.add_metric(list(names), count)
    yield unlocks
    yield dead
    yield _gauge(
        "hearth_unlock_last_hour_seconds",
        "From asking to the opened door, of those asked for within the last hour.",
        "quantile",
        {str(share): took for share, took in found.opening_s.items() if took is not None},
    )
    yield _gauge("hearth_devices", "Approved devices, by whether they are there.", "presence", found.devices)
    yield _gauge("hearth_alerts_open", "Alerts that stand, by severity.", "severity", found.alerts)
    waiting = "Messages to staff's channels that wait to be sent."
    yield GaugeMetricFamily("hearth_deliveries_waiting", waiting, value=found.deliveries_waiting)
    yield _gauge(
        "hearth_job_last_run_timestamp_seconds",
        "When a job of the gateway last ran.",
        "job",
        {job.name: job.ran_at.timestamp() for job in found.jobs if job.ran_at},
    )
    yield _gauge(
        "hearth_job_last_success_timestamp_seconds",
        "When a job of the gateway last ran and nothing went wrong.",
        "job",
        {job.name: job.done_at.timestamp() for job in found.jobs if job.done_at},
    )
    yield _gauge("hearth_core_database_bytes", "What the core's database takes up.", "", {"": found.core_bytes})


def _of_readings(desk: Desk) -> Iterable[Metric]:
    try:
        with desk.readings.read() as connection:
            kept = telemetry.kept_ever(connection)
    except NoReadingsError:
        return
    yield CounterMetricFamily("hearth_readings_kept", "Samples that were ever kept.", value=kept)
    yield _gauge("hearth_readings_database_bytes", "What readings take up.", "", {"": desk.readings.used_bytes()})


def _of_this_process(desk: Desk) -> Iterable[Metric]:
    yield GaugeMetricFamily(
        "hearth_live_connections", "Streams of news that this API process serves.", value=desk.hub.readers
    )
    yield GaugeMetricFamily("hearth_broker_up", "1 while this API process reaches the broker.", value=desk.line.is_up)
    yield GaugeMetricFamily(
        "hearth_gateway_up", "1 while the gateway is heard and reaches its devices.", value=not desk.is_gateway_away()
    )


def _gauge(name: str, meaning: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(name, meaning, labels=[label] if label else [])
    for key, value in values.items():
        family.add_metric([key] if label else [], value)
    return family
