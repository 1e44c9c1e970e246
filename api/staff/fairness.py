"""How evenly the hours that everybody wants are spread over members."""

from datetime import date
from typing import Final

from fastapi import Response
from sqlalchemy.orm import Session

from api.deps import SignedIn
from api.openapi import STAFF_ONLY, problems
from api.signpost import Doors
from api.staff.fairness_views import FairnessView
from api.staff.usage import First, Last, look_at
from api.staff.usage_tables import CSV, Cell, Table, as_csv
from gateway.members.model import Language, Member, Role
from gateway.usage import fairness
from gateway.usage import queries as usage
from gateway.usage.queries import Period

router = Doors("/staff/reports", tags=["staff"])

_LISTS: Final = ("peaks", "spread", "refused", "groups")


@router.get("/fairness", responses=problems(*STAFF_ONLY, "malformed"))
async def read_fairness(who: SignedIn, first: First, last: Last) -> FairnessView:
    """Peak hours over members: who has how much, the first-time winners, what was refused. Names for managers only."""

    def look(session: Session, staff: Member, period: Period) -> FairnessView:
        return _view(session, staff, period, (first, last), who.language)

    return await look_at(who, first, last, look)


# A file has no shape that the OpenAPI document could name.


@router.get("/fairness.csv", include_in_schema=False)
async def export_fairness(who: SignedIn, first: First, last: Last) -> Response:
    """The same as one table, a figure a row with its meaning beside it."""

    def look(session: Session, staff: Member, period: Period) -> Response:
        table = _table(_view(session, staff, period, (first, last), who.language), who.language)
        name = f"fairness-{first}-{last}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(as_csv(table), media_type=CSV, headers=headers)

    return await look_at(who, first, last, look)


def _view(session: Session, staff: Member, period: Period, days: tuple[date, date], language: Language) -> FairnessView:
    return FairnessView.of(
        fairness.of(session, period),
        usage.unmet(session, period),
        first=days[0],
        last=days[1],
        language=language,
        with_names=staff.role is Role.MANAGER,
    )


def _table(view: FairnessView, language: Language) -> Table:
    meanings = {one.figure: (one.name, one.meaning) for one in view.definitions}
    rows: list[list[Cell]] = [
        [figure, *meanings[figure][:1], "", getattr(view, figure), meanings[figure][1]]
        for figure in meanings
        if figure not in _LISTS
    ]

    def add(figure: str, of: str, value: Cell) -> None:
        rows.append([figure, meanings[figure][0], of, value, meanings[figure][1]])

    for peak in view.peaks:
        add("peaks", peak.days, f"{_clock(peak.from_min)}-{_clock(peak.until_min)}")
    for one in view.spread:
        add("spread", str(one.bookings), one.members)
    for refused in view.refused:
        add("refused", f"{refused.wish} {refused.code}", refused.count)
    for group in view.groups:
        name = group.name.zh if language is Language.ZH_CN else group.name.en
        for figure in ("members", "wanting", "peak_h", "peak_h_each", "entries", "won", "waits", "waits_unseated"):
            add("groups", f"{name} {figure}", getattr(group, figure))
    return Table("fairness", "fairness", ["figure", "name", "of", "value", "meaning"], rows)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
