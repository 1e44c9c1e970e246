"""PINs and cards, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from gateway.credentials import queries, service
from gateway.credentials.model import Card, PinOf
from gateway.credentials.service import HashedPin
from gateway.kit.audit import AuditEntry
from gateway.kit.errors import Conflict, NotFound
from gateway.notices import queries as notices
from tests.centre_builder import NOON, a_member

DAY = timedelta(days=1)
MADE = HashedPin(hash="argon2", pepper="here")


def register(session, member, number="number", **more):
    return service.register_card(
        session, member=member, number_hash=number, pepper="here", label="", actor="desk", now=NOON, **more
    )


def pin_of(session, member, now=NOON):
    return queries.pin(session, of=PinOf.MEMBER, of_id=member.id, now=now)


def kinds(session, member):
    return [notice.kind for notice in notices.notices_for(session, member_id=member.id, limit=9)]


def test_a_new_pin_stands_in_place_of_the_one_before_and_bears_another_id(session, wang):
    first = service.choose_pin(session, member=wang, made=MADE, now=NOON).id
    second = service.choose_pin(session, member=wang, made=MADE, now=NOON).id

    assert pin_of(session, wang).id == second != first


def test_a_one_time_pin_is_good_for_a_day_and_its_member_is_told(session, wang):
    service.give_one_time_pin(session, member=wang, made=MADE, actor="desk", now=NOON)

    assert pin_of(session, wang, NOON + DAY - timedelta(seconds=1)).ends_at == NOON + DAY
    assert pin_of(session, wang, NOON + DAY) is None
    assert kinds(session, wang) == ["kiosk_pin_reset"]


def test_choosing_a_pin_ends_the_one_time_pin_and_the_notice_of_it(session, wang):
    service.give_one_time_pin(session, member=wang, made=MADE, actor="desk", now=NOON)
    service.choose_pin(session, member=wang, made=MADE, now=NOON)

    assert pin_of(session, wang).ends_at is None
    assert kinds(session, wang) == []


def test_a_pin_that_is_forgotten_is_gone(session, wang):
    service.choose_pin(session, member=wang, made=MADE, now=NOON)
    for _ in range(2):
        service.forget_pin(session, member=wang, now=NOON)

    assert pin_of(session, wang) is None


def test_a_card_is_one_members_and_they_are_told(session, wang):
    register(session, wang)
    li = a_member(session, "10002")

    for member in (wang, li):
        with pytest.raises(Conflict, match="card_taken"):
            register(session, member)
    assert kinds(session, wang) == ["card_registered"]
    assert kinds(session, li) == []


def test_a_blocked_card_names_nobody_until_it_is_found(session, wang):
    card = register(session, wang)
    for blocked in (True, True):
        service.set_blocked(session, card=card, blocked=blocked, actor="desk", now=NOON)
    assert queries.card_by_number(session, number_hash="number") is None
    with pytest.raises(Conflict, match="card_taken"):
        register(session, a_member(session, "10002"))

    service.set_blocked(session, card=card, blocked=False, actor="desk", now=NOON)
    assert queries.card_by_number(session, number_hash="number").id == card.id
    acts = session.scalars(select(AuditEntry.act).where(AuditEntry.act.like("card_%"))).all()
    assert acts == ["card_registered", "card_blocked", "card_unblocked"]


def test_a_removed_card_can_be_anothers(session, wang):
    card, li = register(session, wang), a_member(session, "10002")
    with pytest.raises(NotFound):
        service.remove_card(session, member=li, card_id=card.id, actor="desk", now=NOON)

    service.remove_card(session, member=wang, card_id=card.id, actor="desk", now=NOON)

    assert register(session, li).member_id == li.id
    assert kinds(session, wang) == []
    assert session.scalars(select(Card.member_id)).all() == [li.id]


def test_what_was_made_with_another_pepper_is_counted(session, wang):
    service.choose_pin(session, member=wang, made=MADE, now=NOON)
    register(session, wang)

    assert queries.made_with_another_pepper(session, name="here") == 0
    assert queries.made_with_another_pepper(session, name="elsewhere") == 2
