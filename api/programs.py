"""Which doors a member's program may go through with its token, and with which right.

A door that is not named here is for people alone, who sign in with a browser: so is every new one, until somebody
decides that programs need it.
"""

import re
from typing import Final

from api.signpost import ROOT
from gateway.credentials.rights import Right

_READ: Final = re.compile(
    r"/(activities|ballots|banks|bookings|drop-offs|explain|feedback|floor-plan|live|move-offers|notices|rentals|reports|series"
    r"|shares|spaces|unlocks|waitlist)(/.*)?|/me|/me/(history|credit|policy)"
)
_ACT: Final = re.compile(
    r"/(activities|ballots|bookings|drop-offs|feedback|notices|rentals|reports|series|waitlist)(/.*)?|/me/credit/.*"
)
_OPEN: Final = re.compile(r"POST /(unlocks|rentals/[^/]+/shares|drop-offs/[^/]+/confirm)")
_PEOPLE_ALONE: Final = re.compile(r"/rentals/[^/]+/pin")
# Nothing of how the house is set up, who may come in and by what, or what opens: nor backups, nor other tokens.
_STAFF_READ: Final = re.compile(
    r"/staff/(activities|alerts|assets|assignments|audit|ballots|banks|board|bookings|calendar|compartments|credit"
    r"|dead-letters|devices|emergencies|feedback|floor-plan|groups|holds|locks|members|opening-hours|outages|plans|policies"
    r"|reconciliation|rentals|reports|sensors|smiles|spaces|usage|work-orders|zones)(/.*)?"
)
_STAFF_ACT: Final = re.compile(
    r"/staff/(?!alerts/rules)(activities|alerts|assets|bookings|outages|plans|reports|work-orders)(/.*)?"
)


def rights_for(method: str, path: str) -> frozenset[Right] | None:
    """What a token needs for a door, whose path begins with /api/v1; empty: any will do; None: it is no program's."""
    door = path.removeprefix(ROOT)
    if _PEOPLE_ALONE.fullmatch(door):
        return None
    if _OPEN.fullmatch(f"{method} {door}"):
        return frozenset({Right.OPEN})
    is_look = method == "GET"
    if (_READ if is_look else _ACT).fullmatch(door):
        return frozenset() if is_look else frozenset({Right.ACT})
    if (_STAFF_READ if is_look else _STAFF_ACT).fullmatch(door):
        return frozenset({Right.STAFF}) if is_look else frozenset({Right.STAFF, Right.ACT})
    return None
