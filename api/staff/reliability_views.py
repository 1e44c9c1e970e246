"""How often assets fail and how long they take to repair, as JSON."""

from typing import Self

from api.staff import maintenance_words as words
from api.views import InBothLanguages, View
from gateway.maintenance.model import AssetKind
from gateway.maintenance.rules import Reliability
from gateway.members.model import Language


class ReliabilityView(View):
    """How often something failed in the period and how long its repairs took. null: that did not happen."""

    failures: int
    mtbf_h: float | None
    mttr_h: float | None

    @classmethod
    def of(cls, found: Reliability) -> Self:
        """Hours to one decimal."""
        return cls(
            failures=found.failures,
            mtbf_h=None if found.mtbf_h is None else round(found.mtbf_h, 1),
            mttr_h=None if found.mttr_h is None else round(found.mttr_h, 1),
        )


class KindReliability(ReliabilityView):
    """Of all assets of a kind together."""

    kind: AssetKind


class AssetReliability(ReliabilityView):
    """Of one asset that has failed."""

    asset_id: str
    asset: InBothLanguages


class DefinitionView(View):
    """What a figure is called, and what it counts."""

    figure: str
    name: str
    meaning: str


class ReliabilityReport(View):
    """Time between failures and time to repair over whole days, with what they mean, in the reader's language."""

    kinds: list[KindReliability]
    assets: list[AssetReliability]
    definitions: list[DefinitionView]


def definitions(language: Language) -> list[DefinitionView]:
    """Of the figures about failures."""
    return [
        DefinitionView(figure=figure, name=name.sentence(language, {}), meaning=meaning.sentence(language, {}))
        for figure, (name, meaning) in words.FIGURES.items()
    ]
