"""Which kiosk asks, and who stands before it."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Annotated, Final

from fastapi import Depends, Request
from sqlalchemy.orm import Session

from api.deps import AtDesk, Caller, Desk, bearer_of
from gateway.kiosks import queries as kiosks
from gateway.kiosks import rules
from gateway.kiosks import service as kiosks_service
from gateway.kiosks.model import Kiosk
from gateway.kiosks.queries import Guest
from gateway.kit.errors import NotFound, Refused
from gateway.lockers import queries as lockers
from gateway.lockers.model import Compartment
from gateway.members.model import Member, Role
from gateway.unlocking.model import Unlock

VISIT_HEADER: Final = "Kiosk-Visit"


@dataclass
class KioskCaller:
    """A program with a kiosk's token; whether it is good shows in the transaction that acts on it."""

    desk: Desk
    request: Request
    token: str = field(repr=False)

    def kiosk(self, session: Session) -> Kiosk:
        """Which kiosk asks, as it stands in this transaction. Raises Refused("kiosk_unknown")."""
        found = kiosks.kiosk_with(session, token=self.token)
        if found is None:
            raise Refused("kiosk_unknown")
        if rules.is_seen_anew(found.seen_at, self.desk.clock.now()):
            kiosk_id = found.id  # afterwards it could not be asked for: a refusal leaves the row to no session
            self.desk.backroom.later(lambda: self._note_seen(kiosk_id))
        return found

    def _note_seen(self, kiosk_id: str) -> None:
        with self.desk.sessions.begin() as session:
            kiosks_service.note_seen(session, kiosk_id=kiosk_id, now=self.desk.clock.now())


Reach = Callable[[Session, str], None]  # is handed the rental that the visit is for; raises what keeps it from more


def _by_card_alone(_session: Session, _rental_id: str) -> None:
    raise Refused("card_needed")


@dataclass
class KioskGuest(Caller):
    """Somebody before a kiosk, who asks as a member does, for as long as the visit lasts.

    Whoever came by a locker's number reaches that rental and nothing else: each door says of what it is with `for_…`;
    one that says nothing is for those who came by card.
    """

    at: KioskCaller
    reach: Reach = _by_card_alone
    may_choose_pin: bool = False

    def guest(self, session: Session) -> Guest:
        """Who stands there, however far they reach. Raises Refused: `kiosk_unknown`, `kiosk_visit_over`."""
        kiosk, now = self.at.kiosk(session), self.desk.clock.now()
        found = kiosks.guest(session, kiosk_id=kiosk.id, token=self.token, now=now)
        if found is None:
            raise Refused("kiosk_visit_over")
        self.speaks_with(found.member)
        return found

    def account(self, session: Session) -> Member:
        """Who asks, if this is within their reach; the visit goes on. Raises Refused, like `guest`.

        And Refused("pin_must_be_chosen") with a one-time PIN, Refused("card_needed"), NotFound.
        """
        found = self.guest(session)
        if found.must_choose_pin and not self.may_choose_pin:
            raise Refused("pin_must_be_chosen")
        if found.visit.rental_id is not None:
            self.reach(session, found.visit.rental_id)
        self.desk.backroom.later(self._note_used)
        return found.member

    def member(self, session: Session) -> Member:
        """Like `account`: who has proved a PIN needs no password here."""
        return self.account(session)

    def staff(self, session: Session, *_roles: Role) -> Member:
        """Nobody is staff at a kiosk."""
        self.account(session)
        raise Refused("not_allowed")

    def for_anybody(self) -> "KioskGuest":
        """To whatever the door itself narrows down."""
        return replace(self, reach=lambda _session, _rental_id: None)

    def for_rental(self, rental_id: str) -> "KioskGuest":
        """To that rental."""

        def reach(_session: Session, held: str) -> None:
            if held != rental_id:
                raise NotFound("rental")

        return replace(self, reach=reach)

    def for_unlock(self, unlock_id: str) -> "KioskGuest":
        """To that unlock, when it is one of their compartment's."""

        def reach(session: Session, held: str) -> None:
            unlock = session.get(Unlock, unlock_id)
            compartment = session.get_one(Compartment, lockers.rental(session, held).compartment_id)
            if unlock is None or unlock.lock_id != compartment.lock_id:
                raise NotFound("unlock")

        return replace(self, reach=reach)

    def choosing_pin(self) -> "KioskGuest":
        """With a one-time PIN too, which this ends."""
        return replace(self, may_choose_pin=True)

    def _note_used(self) -> None:
        with self.desk.sessions.begin() as session:
            kiosks_service.note_used(session, token=self.token, now=self.desk.clock.now())


async def at_kiosk(request: Request, desk: AtDesk) -> KioskCaller:
    """Raises Refused("kiosk_unknown") at once when there is no token to look at."""
    shown = bearer_of(request.headers)
    if shown is None:
        raise Refused("kiosk_unknown")
    return KioskCaller(desk, request, shown)


async def before_kiosk(request: Request, at: Annotated[KioskCaller, Depends(at_kiosk)]) -> KioskGuest:
    """Whoever the visit's token stands for; an empty one is nobody's."""
    return KioskGuest(at.desk, request, request.headers.get(VISIT_HEADER, ""), at)


AtKiosk = Annotated[KioskCaller, Depends(at_kiosk)]
BeforeKiosk = Annotated[KioskGuest, Depends(before_kiosk)]
KIOSK = ("kiosk_unknown",)
VISIT = (*KIOSK, "kiosk_visit_over")
GUEST = (*VISIT, "pin_must_be_chosen")
BY_CARD = (*GUEST, "card_needed")
