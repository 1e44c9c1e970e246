"""What the centre was set to when this program was started. Changed in its file, never here."""

import os

from api.deps import SignedIn
from api.openapi import STAFF_ONLY, problems
from api.signpost import Doors
from api.views import Items, View
from gateway import settings
from gateway.members.model import Role

router = Doors("/staff/settings", tags=["staff"])


class SettingView(View):
    """A setting by its name in `hearth.toml`. `value`: of a database only which kind it is; empty: none.

    `usual`: what it is where nobody sets it. `from_environment`: `variable` sets it, whatever the file says.
    """

    name: str
    variable: str
    value: str
    usual: str
    from_environment: bool


@router.get("", responses=problems(*STAFF_ONLY))
async def list_settings(who: SignedIn) -> Items[SettingView]:
    """All of them, as this program was started with them."""

    def look() -> Items[SettingView]:
        with who.desk.sessions.read() as session:
            who.staff(session, Role.MANAGER)
        found = settings.told(who.desk.centre.settings, os.environ)
        return Items(items=[SettingView.model_validate(one, from_attributes=True) for one in found], next=None)

    return await who.desk.backroom.read(look)
