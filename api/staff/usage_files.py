"""The figures about use to take along: one table as CSV, all of them as a workbook, a month on paper."""

from collections.abc import Collection
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated, Final

from fastapi import Query, Response
from fastapi.responses import FileResponse, HTMLResponse
from sqlalchemy.orm import Session

from api.deps import Desk, SignedIn
from api.signpost import Doors
from api.staff import usage_page
from api.staff.assets import batteries_of
from api.staff.fairness_table import fairness_table
from api.staff.forecast_tables import forecast_on_paper, forecast_table
from api.staff.people_tables import Lived, people_tables
from api.staff.usage import First, Last, look_at
from api.staff.usage_tables import CSV, XLSX, Table, Usage, as_csv, as_xlsx, tables
from api.staff.wear_table import WearTable, wear_on_paper, wear_table
from gateway.crowd import days
from gateway.maintenance import foresight
from gateway.members.model import Language, Member
from gateway.usage import fairness, rules
from gateway.usage import queries as usage
from gateway.usage.queries import Forecast, Period
from gateway.zones import queries as zones

# Files, pages and styles have no shape that the OpenAPI document could name.
router = Doors("/staff/usage", tags=["staff"])

_STYLE: Final = Path(__file__).with_name("usage_page.css")
_DAYS_AHEAD: Final = 7  # that are foretold, from tomorrow on

ReadIn = Annotated[Language | None, Query(description="Null: the reader's own language.")]


class Sheet(StrEnum):
    """The tables, in the order in which they stand in the workbook."""

    SPACES = "spaces"
    LOCKERS = "lockers"
    UNMET = "unmet"
    HEAT = "heat"
    ZONES = "zones"
    PEOPLE = "people"
    DAYS = "days"
    FAIRNESS = "fairness"
    FORECAST = "forecast"
    WEAR = "wear"
    DEFINITIONS = "definitions"


_ABOUT_USE: Final = {Sheet.SPACES, Sheet.LOCKERS, Sheet.UNMET, Sheet.HEAT, Sheet.DEFINITIONS}
_ABOUT_PEOPLE: Final = {Sheet.ZONES, Sheet.PEOPLE, Sheet.DAYS}
_ON_PAPER: Final = set(Sheet) - {Sheet.DAYS}  # a line for each zone and day would be most of the paper


@router.get("/export.csv", include_in_schema=False)
async def export_csv(
    who: SignedIn, first: First, last: Last, sheet: Sheet = Sheet.SPACES, language: ReadIn = None
) -> Response:
    """One table, for other programs."""
    _, period = await look_at(who, first, last, _asked)
    [table] = await who.desk.backroom.read(partial(_reckon, who.desk, period, [sheet], language or who.language))
    return _file(as_csv(table), CSV, f"usage-{sheet}-{first}-{last}.csv")


@router.get("/export.xlsx", include_in_schema=False)
async def export_xlsx(who: SignedIn, first: First, last: Last, language: ReadIn = None) -> Response:
    """Every table, a sheet each."""
    _, period = await look_at(who, first, last, _asked)
    read_in = language or who.language
    found = await who.desk.backroom.read(partial(_reckon, who.desk, period, list(Sheet), read_in))
    return _file(as_xlsx(found, read_in), XLSX, f"usage-{first}-{last}.xlsx")


@router.get("/report", include_in_schema=False)
async def print_month(
    who: SignedIn, month: Annotated[str, Query(pattern=r"^20\d\d-(0[1-9]|1[0-2])$")], language: ReadIn = None
) -> HTMLResponse:
    """A month as a page that prints well."""
    printed_by, period = await look_at(who, *rules.month_of(*map(int, month.split("-"))), _asked)
    read_in = language or who.language
    found = await who.desk.backroom.read(partial(_reckon, who.desk, period, _ON_PAPER, read_in, is_paper=True))
    return HTMLResponse(usage_page.render(found, period=period, language=read_in, printed_by=printed_by))


@router.get("/report.css", include_in_schema=False)
async def report_style() -> FileResponse:
    """How the page looks on paper. It tells nothing of anybody."""
    return FileResponse(_STYLE, media_type="text/css")


def _asked(_session: Session, staff: Member, period: Period) -> tuple[str, Period]:
    return staff.name, period


def _reckon(
    desk: Desk,
    period: Period,
    sheets: Collection[Sheet],
    language: Language,
    *,
    is_paper: bool = False,
) -> list[Table]:
    """The tables that are wanted, and none that is not; `is_paper`: as they are best read there. Blocks."""
    found: list[Table] = []
    with desk.sessions.read() as session:
        if not _ABOUT_USE.isdisjoint(sheets):
            found += _about_use(session, period, language)
        if Sheet.FAIRNESS in sheets:
            found.append(fairness_table(fairness.of(session, period), language))
        if Sheet.FORECAST in sheets:
            foretell = forecast_on_paper if is_paper else forecast_table
            found.append(foretell(_week_ahead(session, period), language))
    if Sheet.WEAR in sheets:
        found.append(_wear(desk, period, language, wear_on_paper if is_paper else wear_table))
    if not _ABOUT_PEOPLE.isdisjoint(sheets):
        found += people_tables(_lived(desk, period), zone=period.zone, language=language)
    named = {one.name: one for one in found}
    return [named[sheet] for sheet in Sheet if sheet in sheets]


def _about_use(session: Session, period: Period, language: Language) -> list[Table]:
    return tables(
        Usage(
            spaces=usage.of_spaces(session, period),
            banks=usage.of_banks(session, period),
            unmet=usage.unmet(session, period),
            heat=usage.heat(session, period),
        ),
        language,
    )


def _week_ahead(session: Session, period: Period) -> list[Forecast]:
    today = period.until.astimezone(period.zone).date()
    ahead = [today + no * rules.DAY for no in range(1, _DAYS_AHEAD + 1)]
    return usage.forecasts(session, days=ahead, space_id=None, zone=period.zone, now=period.until)


def _wear(desk: Desk, period: Period, language: Language, table: WearTable) -> Table:
    levels = batteries_of(desk, period.until)
    with desk.sessions.read() as session:
        found = foresight.wear_of_all(session, days=levels, now=period.until)
        return table(session, found, language=language, zone=period.zone)


def _lived(desk: Desk, period: Period) -> list[Lived]:
    with desk.sessions.read() as session:
        every = zones.zones(session)
        names = {one.id: ({Language.ZH_CN: one.name_zh, Language.EN: one.name_en}, one.capacity) for one in every}
    found = days.look_over(
        desk.sessions,
        desk.readings,
        zone_ids=list(names),
        days=period.whole_days,
        zone=period.zone,
        now=period.until,
    )
    return [Lived(*names[zone_id], days=lived) for zone_id, lived in found.items()]


def _file(content: bytes, media_type: str, name: str) -> Response:
    return Response(content, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})
