"""The HTTP program, put together."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware

from api import about, busy, door, errors, health, metrics, openapi, webfaces
from api.backroom import BackRoom
from api.deps import Desk
from api.kept import Kept
from api.kiosk import activities as kiosk_activities
from api.kiosk import asides as kiosk_asides
from api.kiosk import floor_plan as kiosk_floor_plan
from api.kiosk import lockers as kiosk_lockers
from api.kiosk import notices as kiosk_notices
from api.kiosk import presented as kiosk_presented
from api.kiosk import spaces as kiosk_spaces
from api.kiosk import unlocks as kiosk_unlocks
from api.kiosk import visits as kiosk_visits
from api.line import Line, MqttLine
from api.live import Hub
from api.member import (
    activities,
    ballots,
    banks,
    bookings,
    credit,
    drop_offs,
    feedback,
    feeds,
    floor_plan,
    live,
    me,
    moves,
    notices,
    passkeys,
    personal,
    phones,
    pins,
    rentals,
    reports,
    series,
    session,
    shares,
    spaces,
    tokens,
    unlocks,
    waitlist,
)
from api.member import explain as member_explain
from api.security import Fence, LastResort, SafeHeaders
from api.signpost import Signpost
from api.staff import activities as staff_activities
from api.staff import (
    alert_rules,
    alerts,
    assets,
    assignments,
    backups,
    channels,
    clear_outs,
    closing,
    devices,
    doors,
    emergencies,
    fairness,
    holds,
    joining,
    keys,
    kiosks,
    members,
    order_photos,
    outages,
    plans,
    reconciliation,
    records,
    releases,
    sensors,
    smiles,
    usage,
    usage_files,
    work_orders,
    zones,
)
from api.staff import ballots as staff_ballots
from api.staff import banks as staff_banks
from api.staff import board as staff_board
from api.staff import bookings as staff_bookings
from api.staff import calendar as staff_calendar
from api.staff import clock as staff_clock
from api.staff import credit as staff_credit
from api.staff import feedback as staff_feedback
from api.staff import floor_plan as staff_floor_plan
from api.staff import groups as staff_groups
from api.staff import policies as staff_policies
from api.staff import reports as staff_reports
from api.staff import settings as staff_settings
from api.staff import spaces as staff_spaces
from api.turns import Turns
from gateway.centre import Centre, reading_store
from gateway.kit.db import Change
from gateway.members.passwords import Hasher

LOOK_AGAIN_S: Final = 15.0  # a stream ends at most that long after its session

BUSY_S: Final = 30.0  # so often it is worked out how full the centre is
METRICS_S: Final = 5.0  # and the figures for a monitoring program, however many ask

_SMALL = 800  # bytes not worth compressing
_POSTGRES_WRITERS = 4
_GOODBYE_S = 1.0  # a broker that does not answer is not waited for


def create_app(
    centre: Centre,
    *,
    line: Line | None = None,
    hasher: Hasher | None = None,
    webroot: Path = webfaces.WEBROOT,
    look_again_s: float = LOOK_AGAIN_S,
) -> FastAPI:
    """Everything that answers HTTP for one centre. `line` None: to the gateway over the centre's broker."""
    on_sqlite = centre.sessions.engine.dialect.name == "sqlite"
    desk = Desk(
        centre=centre,
        # SQLite lets one write at a time: a line of our own is fairer and faster than its busy wait.
        backroom=BackRoom(writers=1 if on_sqlite else _POSTGRES_WRITERS),
        hub=Hub(),
        line=line or _line_of(centre),
        hasher=hasher or Hasher(),
        readings=reading_store(centre.directory, centre.settings),
        turns=Turns(),
        busy=Kept(for_s=BUSY_S),
        metrics=Kept(for_s=METRICS_S),
        look_again_s=look_again_s,
    )
    app = _doors(lifespan=_lifespan(desk))
    app.state.desk = desk
    webfaces.serve(app, zone=centre.settings.zone, webroot=webroot)
    app.add_middleware(Fence)
    app.add_middleware(GZipMiddleware, minimum_size=_SMALL)
    app.add_middleware(LastResort)
    app.add_middleware(SafeHeaders, secure=centre.settings.http.secure)
    return app


@cache
def openapi_document() -> dict[str, Any]:
    """What the API says of itself; needs no centre. Made once: it takes longer than starting does."""
    return _doors().openapi()


def _doors(**options: Any) -> FastAPI:  # noqa: ANN401 - FastAPI's own
    app = FastAPI(
        title="Hearth",
        version=about.VERSION,
        openapi_url=openapi.URL,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        **options,
    )
    # As FastAPI's manual says to do it.
    app.openapi = openapi.writer(app, _signpost().doors)  # type: ignore[method-assign]
    app.router.routes.append(_signpost())
    errors.install(app)
    return app


@cache
def _signpost() -> Signpost:
    """To every door of the API. None knows its centre: so, once."""
    for_lockers = (banks, rentals, pins, phones, shares, drop_offs, unlocks)
    for_bookings = (spaces, bookings, moves, series, waitlist, ballots, activities, feeds)
    for_them = (session, passkeys, tokens, me, personal, credit, floor_plan, reports, feedback, notices, live)
    for_members = (*for_them, *for_lockers, *for_bookings)
    told_at_kiosks = (kiosk_spaces, kiosk_activities, kiosk_notices, kiosk_floor_plan)
    for_kiosks = (kiosk_visits, kiosk_presented, kiosk_lockers, *told_at_kiosks, kiosk_unlocks, kiosk_asides)
    for_staff = (
        devices,
        doors,
        staff_banks,
        channels,
        assignments,
        holds,
        staff_spaces,
        outages,
        staff_ballots,
        staff_activities,
        staff_credit,
        fairness,
        staff_calendar,
        clear_outs,
        releases,
        reconciliation,
        members,
        closing,
        keys,
        kiosks,
        smiles,
        staff_feedback,
        emergencies,
        alert_rules,  # before alerts: no alert is called `rules`
        alerts,
        work_orders,
        order_photos,
        assets,
        plans,
        staff_reports,
        joining,
        backups,
        staff_clock,
        staff_settings,
        zones,
        staff_floor_plan,
        sensors,
        usage,
        usage_files,
        records,
    )
    about_policies = (member_explain, staff_board, staff_bookings, staff_groups, staff_policies)
    parts = (*for_members, *for_kiosks, *for_staff, *about_policies, about, busy, door, health, metrics)
    return Signpost(each for part in parts for each in part.router.routes)


def _lifespan(desk: Desk) -> Any:  # noqa: ANN401 - FastAPI's own
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        loop = asyncio.get_running_loop()

        def tell(changes: list[Change]) -> None:
            for change in changes:
                loop.call_soon_threadsafe(desk.hub.tell, change)

        desk.sessions.on_commit = tell
        listening = asyncio.create_task(desk.line.run(desk.hub))
        yield
        desk.hub.close()
        listening.cancel()
        await asyncio.wait([listening], timeout=_GOODBYE_S)
        desk.backroom.close()
        desk.readings.close()

    return lifespan


def _line_of(centre: Centre) -> MqttLine:
    broker = centre.settings.broker
    secret = centre.directory / "broker" / "secrets" / "api"
    return MqttLine(
        host=broker.host,
        port=broker.port,
        password=lambda: secret.read_text().strip(),
        site=centre.settings.site,
        clock=centre.clock,
    )
