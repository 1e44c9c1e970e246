"""How worn the assets are, as JSON and as a table among those about use."""

from collections.abc import Sequence
from typing import Protocol
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from api.staff import usage_words as words
from api.staff.asset_views import OutlookView, both
from api.staff.definition_views import DefinitionView, definitions
from api.staff.usage_tables import Cell, Table
from api.views import InBothLanguages, View
from gateway.maintenance import names
from gateway.maintenance.foresight import AssetWear
from gateway.maintenance.model import AssetKind, Counter
from gateway.maintenance.wear import Outlook
from gateway.maintenance.words import of_forecast
from gateway.members.model import Language

FIGURES = ("part_used", "fails_about")
_SHARE = 4  # the column
_HARDLY_USED = 0.01  # of its life


class WearTable(Protocol):
    """Makes a table of wear."""

    def __call__(
        self, session: Session, found: Sequence[AssetWear], *, language: Language, zone: ZoneInfo
    ) -> Table: ...


class AssetWearView(View):
    """One asset. `used`: in `rated_by`; `part_used`: of its rated life, from 0 to 1 and beyond.

    `outlook`: the sign of wear that presses most, with its date and reason; null: it shows none.
    """

    asset_id: str
    asset: InBothLanguages
    kind: AssetKind
    rated_by: Counter | None
    used: int | None
    rated_life: int | None
    part_used: float | None
    outlook: OutlookView | None


class WearReport(View):
    """Everything in use that has a rated life or can show wear: what will fail first, then the most used."""

    items: list[AssetWearView]
    definitions: list[DefinitionView]


def wear_report(session: Session, found: Sequence[AssetWear], *, language: Language, zone: ZoneInfo) -> WearReport:
    """In the reader's language."""
    called = names.of_all(session, [one.asset for one in found])
    return WearReport(
        items=[
            AssetWearView(
                asset_id=one.asset.id,
                asset=both(called[one.asset.id]),
                kind=one.asset.kind,
                rated_by=one.asset.rated_by,
                used=one.used,
                rated_life=one.asset.rated_life,
                part_used=one.part_used,
                outlook=OutlookView.of(one.told, language=language, zone=zone) if one.told else None,
            )
            for one in found
        ],
        definitions=definitions({figure: words.FIGURES[figure] for figure in FIGURES}, language),
    )


def wear_table(session: Session, found: Sequence[AssetWear], *, language: Language, zone: ZoneInfo) -> Table:
    """For spreadsheets and paper; days of the centre's calendar. Nobody knows: an empty cell."""
    called = names.of_all(session, [one.asset for one in found])
    part_used, fails_about = (words.FIGURES[figure][0] for figure in FIGURES)
    columns = (words.ASSET, words.COUNTED_IN, words.USED, words.RATED_LIFE, part_used, fails_about, words.REASON)
    return Table(
        "wear",
        words.WEAR.sentence(language, {}),
        [one.sentence(language, {}) for one in columns],
        [[called[one.asset.id][language], *_row(one, language, zone)] for one in found],
        shares=frozenset({_SHARE}),
    )


def wear_on_paper(session: Session, found: Sequence[AssetWear], *, language: Language, zone: ZoneInfo) -> Table:
    """The same without those of which there is nothing to tell yet: how many they are stands above."""
    telling = [one for one in found if _is_worn(one) or (one.told and one.told.outlook is not Outlook.UNKNOWN)]
    table = wear_table(session, telling, language=language, zone=zone)
    others = len(found) - len(telling)
    return table._replace(note=words.NOT_WORN.sentence(language, {"count": others}) if others else "")


def _is_worn(one: AssetWear) -> bool:
    return one.part_used is not None and one.part_used >= _HARDLY_USED


def _row(one: AssetWear, language: Language, zone: ZoneInfo) -> list[Cell]:
    told, counter = one.told, one.asset.rated_by
    return [
        words.COUNTERS[counter].sentence(language, {}) if counter else None,
        one.used,
        one.asset.rated_life,
        None if one.part_used is None else round(one.part_used, 4),
        told.about.astimezone(zone).date().isoformat() if told and told.about else None,
        of_forecast(told, zone=zone)[language] if told else None,
    ]
