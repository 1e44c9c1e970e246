"""Somebody comes to a kiosk in the very moment in which their PIN, card, rental or account is no longer good."""

from functools import partial

import pytest

from gateway.credentials import queries as credentials_queries
from gateway.credentials import service as credentials
from gateway.credentials.model import PinOf
from gateway.credentials.service import HashedPin
from gateway.kiosks import queries, service
from gateway.kiosks.model import Kiosk
from gateway.kit.db import persevere
from gateway.lockers import service as lockers
from gateway.members import queries as people
from gateway.members import service as members
from tests.centre_builder import NOON, a_bank, a_member, compartment_labelled, rental_of
from tests.race import half_way_through

MADE = HashedPin(hash="made", pepper="p")
CARD = "h" * 64


def wang(session):
    return people.member_by_no(session, member_no="10001")


def card(session):
    return credentials_queries.card_by_number(session, number_hash=CARD)


def makes_another_pin(session):
    credentials.choose_pin(session, member=wang(session), made=HashedPin(hash="other", pepper="p"), now=NOON)


def loses_the_card(session):
    credentials.set_blocked(session, card=card(session), blocked=True, actor="s", now=NOON)


def has_the_card_taken_away(session):
    credentials.remove_card(session, member=wang(session), card_id=card(session).id, actor="s", now=NOON)


def has_the_card_made_anothers(session):
    has_the_card_taken_away(session)
    li = people.member_by_no(session, member_no="10002")
    credentials.register_card(session, member=li, number_hash=CARD, pepper="p", label="x", actor="s", now=NOON)


def is_disabled(session):
    members.disable_member(session, member=wang(session), actor="s", now=NOON)


def gives_the_locker_back(session):
    rental = rental_of(session, wang(session).id)
    lockers.end_rental(session, rental=rental, unsettled_locks=frozenset, now=NOON)


BY_CARD = [makes_another_pin, loses_the_card, has_the_card_taken_away, has_the_card_made_anothers, is_disabled]
CASES = [*(("card", change) for change in BY_CARD), ("locker", gives_the_locker_back), ("locker", is_disabled)]


@pytest.fixture
def claim(sessions):
    """Whom a card, or a locker's number, named before the PIN was looked at."""
    with sessions.begin() as session:
        a_bank(session, sizes="M")
        member = a_member(session)
        a_member(session, "10002")
        credentials.choose_pin(session, member=member, made=MADE, now=NOON)
        credentials.register_card(session, member=member, number_hash=CARD, pepper="p", label="x", actor="s", now=NOON)
        facts = {"until": None, "max_days": 7, "unsettled_locks": frozenset}
        rental = lockers.rent(session, member=member, now=NOON, **facts)
        credentials.put_pin(session, of=PinOf.RENTAL, of_id=rental.id, made=MADE, now=NOON)
        service.register(session, name="k", bank_id=None, actor="s", now=NOON)
        label = compartment_labelled(session, "01").label
        by_locker = queries.claim_of_locker(session, bank_id=None, at_bank=None, locker_no=label, now=NOON)
        return {"card": queries.claim_of_card(session, number_hash=CARD, now=NOON), "locker": by_locker}


@pytest.fixture
def tokens():
    """Of the visits that were begun, and let whoever it was go on."""
    return []


@pytest.fixture
def come(sessions, claim, tokens):
    def let_in(by, session):
        _, token = service.let_in(session, kiosk=session.query(Kiosk).one(), claim=claim[by], now=NOON)
        tokens.append(token)

    return let_in


def in_one(sessions, act):
    def once():
        with sessions.begin() as session:
            act(session)
        return "done"

    return persevere(once)


def assert_nobody_stands_there(sessions, tokens):
    with sessions.read() as session:
        kiosk_id = session.query(Kiosk).one().id
        for token in tokens:
            assert queries.guest(session, kiosk_id=kiosk_id, token=token, now=NOON) is None


@pytest.mark.parametrize(("by", "change"), CASES)
def test_whoever_comes_while_it_changes_is_not_let_in(sessions, come, tokens, by, change):
    outcome = half_way_through(sessions, change, partial(in_one, sessions, partial(come, by)))

    assert outcome in {"wrong_pin", "done"}
    assert_nobody_stands_there(sessions, tokens)


@pytest.mark.parametrize(("by", "change"), CASES)
def test_whoever_was_just_let_in_when_it_changed_is_out_again(sessions, come, tokens, by, change):
    assert half_way_through(sessions, partial(come, by), partial(in_one, sessions, change)) == "done"

    assert len(tokens) == 1
    assert_nobody_stands_there(sessions, tokens)
