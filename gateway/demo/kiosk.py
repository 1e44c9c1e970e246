"""The demo centre's kiosk, and a card to use at it. Running it again changes nothing."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from gateway.centre import Centre
from gateway.credentials import queries as credentials_queries
from gateway.credentials import service as credentials
from gateway.credentials.model import PinOf
from gateway.credentials.rules import is_easy_to_guess, new_pin
from gateway.credentials.service import HashedPin
from gateway.files import write_private
from gateway.kiosks import queries as kiosks_queries
from gateway.kiosks import readers
from gateway.kiosks import service as kiosks
from gateway.members import queries as members_queries
from gateway.members.passwords import Hasher

_CARD: Final = "0012345678"  # as a reader types it; so can whoever has none
_HOLDER: Final = "10001"


@dataclass(frozen=True)
class DemoKiosk:
    """What its screen is registered with, and whose card opens what there with which PIN."""

    code: str
    holder: str
    card: str
    pin: str


def place_kiosk(centre: Centre, *, bank_id: str, names: tuple[str, str], reader: str, kept_in: Path) -> DemoKiosk:
    """Register one at that bank with that reader, once, and give the first member a card; else only tell of them."""
    file = kept_in / "kiosk.json"
    known = _known(centre, file)
    if known:
        return known
    made = DemoKiosk(
        code=_register(centre, bank_id, names, reader), holder=_HOLDER, card=_CARD, pin=_easy_to_type(_HOLDER)
    )
    _give_card(centre, made)
    write_private(file, json.dumps(asdict(made), indent=2).encode())
    return made


def _known(centre: Centre, file: Path) -> DemoKiosk | None:
    """None too when staff have revoked it since: a code that is good for nothing is not told."""
    if not file.exists():
        return None
    kept = DemoKiosk(**json.loads(file.read_text()))
    with centre.sessions.read() as session:
        return kept if kiosks_queries.kiosk_with(session, token=kept.code) else None


def _register(centre: Centre, bank_id: str, names: tuple[str, str], reader: str) -> str:
    now = centre.clock.now()
    name_zh, name_en = names
    with centre.sessions.begin() as session:
        kiosk, code = kiosks.register(session, name=name_zh, name_en=name_en, bank_id=bank_id, actor="gateway", now=now)
        if not readers.is_taken(session, device_id=reader):
            readers.bind(session, kiosk_id=kiosk.id, device_id=reader, actor="gateway", now=now)
        return code


def _give_card(centre: Centre, made: DemoKiosk) -> None:
    pepper, now = centre.pepper, centre.clock.now()
    with centre.sessions.begin() as session:
        member = members_queries.member_by_no(session, member_no=made.holder)
        assert member is not None
        kept = Hasher().hash(pepper.pin(made.pin, of=PinOf.MEMBER, of_id=member.id))
        credentials.choose_pin(session, member=member, made=HashedPin(hash=kept, pepper=pepper.name), now=now)
        number_hash = pepper.card(made.card)
        if credentials_queries.card_by_number(session, number_hash=number_hash) is None:
            credentials.register_card(
                session,
                member=member,
                number_hash=number_hash,
                pepper=pepper.name,
                label="demo",
                actor="gateway",
                now=now,
            )


def _easy_to_type(member_no: str) -> str:
    """And not easy to guess, which nobody may choose either."""
    pin = new_pin()
    return pin if not is_easy_to_guess(pin, member_no) else _easy_to_type(member_no)
