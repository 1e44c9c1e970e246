"""How it was, said those who left a kiosk."""

from collections import Counter
from datetime import date, timedelta
from typing import Annotated, Final

from fastapi import Query

from api.calendar_views import IsoDay
from api.deps import SignedIn
from api.openapi import STAFF_ONLY, problems
from api.signpost import Doors
from api.views import InBothLanguages, Items, View
from gateway.kiosks import queries as kiosks
from gateway.kiosks import smiles
from gateway.kiosks.model import Mood
from gateway.kit.errors import Malformed
from gateway.members.model import Role

router = Doors("/staff/smiles", tags=["staff"])

_READERS: Final = (Role.DESK, Role.TECHNICIAN, Role.MANAGER)
_LONGEST: Final = timedelta(days=366)


class SmilesOfDay(View):
    """How often each was answered at one kiosk on one day."""

    day: date
    kiosk_id: str
    kiosk_name: str
    kiosk_names: InBothLanguages
    good: int
    fair: int
    poor: int


@router.get("", responses=problems(*STAFF_ONLY, "malformed"))
async def list_smiles(
    who: SignedIn,
    since: Annotated[IsoDay, Query(alias="from")],
    until: Annotated[IsoDay, Query(alias="to", description="Counted too; at most 366 days after `from`.")],
) -> Items[SmilesOfDay]:
    """By day and kiosk, the oldest first; days without any are left out."""
    if not timedelta(0) <= until - since <= _LONGEST:
        raise Malformed("malformed", field="to")

    def look() -> Items[SmilesOfDay]:
        with who.desk.sessions.read() as session:
            who.staff(session, *_READERS)
            counts = Counter(
                {
                    (one.day, one.kiosk_id, one.mood): one.count
                    for one in smiles.smiles(session, since=since, until=until)
                }
            )
            names = kiosks.names(session)
            found = [
                SmilesOfDay(
                    day=day,
                    kiosk_id=kiosk_id,
                    kiosk_name=names[kiosk_id]["zh-CN"],
                    kiosk_names=InBothLanguages.model_validate(names[kiosk_id]),
                    good=counts[day, kiosk_id, Mood.GOOD],
                    fair=counts[day, kiosk_id, Mood.FAIR],
                    poor=counts[day, kiosk_id, Mood.POOR],
                )
                for day, kiosk_id in dict.fromkeys((day, kiosk_id) for day, kiosk_id, _ in counts)
            ]
            return Items[SmilesOfDay](items=found, next=None)

    return await who.desk.backroom.read(look)
