"""A centre with two banks, two kiosks, and Wang, who rents 01 of bank-a and has a card."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from gateway.credentials import service as credentials
from gateway.credentials.service import HashedPin
from gateway.kiosks import queries, service
from gateway.lockers import pins
from gateway.lockers import service as lockers
from tests.centre_builder import NOON, a_bank, a_member, compartment_labelled

MADE = HashedPin(hash="argon2", pepper="here")


@dataclass
class Scene:
    session: Any
    wang: Any
    rental: Any
    card: Any
    kiosk: Any
    other: Any

    def by_locker(self, now=NOON, **more):
        asked = {"bank_id": "bank-a", "at_bank": None, "locker_no": "01"} | more
        return queries.claim_of_locker(self.session, now=now, **asked)

    def by_card(self, now=NOON, number="number"):
        return queries.claim_of_card(self.session, number_hash=number, now=now)

    def let_in(self, claim, now=NOON, kiosk=None):
        """The token."""
        return service.let_in(self.session, kiosk=kiosk or self.kiosk, claim=claim, now=now)[1]

    def guest(self, token, now=NOON, kiosk=None):
        return queries.guest(self.session, kiosk_id=(kiosk or self.kiosk).id, token=token, now=now)


@pytest.fixture
def session(sessions):
    with sessions.begin() as session:
        a_bank(session, "bank-a", sizes="SM")
        a_bank(session, "bank-b", sizes="SML")
        yield session


@pytest.fixture
def scene(session):
    wang = a_member(session, "10001")
    rental = lockers.rent(
        session,
        member=wang,
        now=NOON,
        until=NOON + timedelta(days=1),
        max_days=7,
        unsettled_locks=frozenset,
        compartment_id=compartment_labelled(session, "01").id,
    )
    pins.put(session, rental_id=rental.id, made=MADE, actor=wang.audit_id, now=NOON)
    credentials.choose_pin(session, member=wang, made=MADE, now=NOON)
    card = credentials.register_card(
        session, member=wang, number_hash="number", pepper="here", label="", actor="desk", now=NOON
    )
    kiosk, other = (
        service.register(session, name=name, bank_id=None, actor="test", now=NOON)[0] for name in ("hall", "door")
    )
    return Scene(session, wang, rental, card, kiosk, other)
