"""How often assets fail and how long they take to repair, as JSON."""

from typing import Self

from api.staff.definition_views import DefinitionView
from api.views import InBothLanguages, View
from gateway.maintenance.model import AssetKind
from gateway.maintenance.rules import Reliability


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


class ReliabilityReport(View):
    """Time between failures and time to repair over whole days, with what they mean, in the reader's language."""

    kinds: list[KindReliability]
    assets: list[AssetReliability]
    definitions: list[DefinitionView]
