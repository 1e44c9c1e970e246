"""Who stands before a kiosk, and for how long, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from gateway.credentials import service as credentials
from gateway.kiosks import queries, service
from gateway.kiosks.model import Kiosk, KioskVisit
from gateway.kit.errors import Malformed, NotFound, Refused
from gateway.lockers import pins
from gateway.lockers import service as lockers
from gateway.members import service as members
from tests.centre_builder import NOON, compartment_labelled
from tests.gateway.kiosks.conftest import MADE

SECOND = timedelta(seconds=1)


def end(scene):
    lockers.end_rental(scene.session, rental=scene.rental, unsettled_locks=frozenset, now=NOON)


def block(scene):
    credentials.set_blocked(scene.session, card=scene.card, blocked=True, actor="desk", now=NOON)


def remove(scene):
    credentials.remove_card(scene.session, member=scene.wang, card_id=scene.card.id, actor="desk", now=NOON)


def disable(scene):
    members.disable_member(scene.session, member=scene.wang, actor="desk", now=NOON)


def make_anew(scene):
    pins.put(scene.session, rental_id=scene.rental.id, made=MADE, actor=scene.wang.audit_id, now=NOON)


def choose_anew(scene):
    credentials.choose_pin(scene.session, member=scene.wang, made=MADE, now=NOON)


def forget(scene):
    credentials.forget_pin(scene.session, member=scene.wang, now=NOON)


def revoke(scene):
    service.revoke(scene.session, kiosk_id=scene.kiosk.id, actor="test", now=NOON)


def test_a_locker_number_names_its_holder_and_that_rental_alone(scene):
    found = scene.guest(scene.let_in(scene.by_locker()))

    assert (found.member.id, found.visit.rental_id, found.visit.card_id) == (scene.wang.id, scene.rental.id, None)


def test_a_card_names_its_member(scene):
    found = scene.guest(scene.let_in(scene.by_card()))

    assert (found.member.id, found.visit.rental_id, found.visit.card_id) == (scene.wang.id, None, scene.card.id)


@pytest.mark.parametrize(("elder_mode", "lasts"), [(False, timedelta(seconds=60)), (True, timedelta(seconds=120))])
def test_a_visit_is_over_when_nobody_touches_the_screen(scene, elder_mode, lasts):
    members.set_preferences(scene.session, member=scene.wang, now=NOON, elder_mode=elder_mode)
    scene.session.refresh(scene.wang)
    token = scene.let_in(scene.by_card())
    service.note_used(scene.session, token=token, now=NOON + 30 * SECOND)

    assert scene.guest(token, NOON + 30 * SECOND + lasts - SECOND)
    assert scene.guest(token, NOON + 30 * SECOND + lasts) is None


def test_a_visit_is_over_after_half_an_hour_however_much_it_is_used(scene):
    token = scene.let_in(scene.by_card())
    for second in range(30, 1800, 30):
        service.note_used(scene.session, token=token, now=NOON + second * SECOND)

    assert scene.guest(token, NOON + 1799 * SECOND)
    assert scene.guest(token, NOON + 1800 * SECOND) is None


@pytest.mark.parametrize("by", ["by_locker", "by_card"])
@pytest.mark.parametrize(
    ("what", "ends"),
    [
        (end, "by_locker"),
        (make_anew, "by_locker"),
        (block, "by_card"),
        (remove, "by_card"),
        (choose_anew, "by_card"),
        (forget, "by_card"),
        (disable, "both"),
        (revoke, "both"),
    ],
)
def test_a_visit_is_over_with_what_it_was_begun_by(scene, what, ends, by):
    token = scene.let_in(getattr(scene, by)())

    what(scene)

    assert (scene.guest(token) is None) is (ends in (by, "both"))


@pytest.mark.parametrize(
    ("by", "what"),
    [
        ("by_locker", end),
        ("by_locker", make_anew),
        ("by_locker", disable),
        ("by_locker", revoke),
        ("by_card", block),
        ("by_card", remove),
        ("by_card", choose_anew),
        ("by_card", disable),
    ],
)
def test_what_changed_while_the_pin_was_looked_at_lets_nobody_in(scene, by, what):
    claim = getattr(scene, by)()
    what(scene)

    with pytest.raises(Refused, match="wrong_pin"):
        scene.let_in(claim)


def test_the_next_one_at_a_kiosk_puts_out_whoever_stood_there_and_nobody_elsewhere(scene):
    elsewhere = scene.let_in(scene.by_card(), kiosk=scene.other)
    first = scene.let_in(scene.by_card())
    second = scene.let_in(scene.by_locker())

    assert scene.guest(first) is None
    assert scene.guest(second)
    assert scene.guest(elsewhere, kiosk=scene.other)


def test_a_visit_at_one_kiosk_is_none_at_another(scene):
    token = scene.let_in(scene.by_card())

    assert scene.guest(token, kiosk=scene.other) is None
    service.let_out(scene.session, kiosk_id=scene.other.id, token=token)
    assert scene.guest(token)
    service.let_out(scene.session, kiosk_id=scene.kiosk.id, token=token)
    assert scene.guest(token) is None


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"bank_id": "bank-a"}, True),
        ({"bank_id": "bank-b"}, False),
        ({"bank_id": None, "at_bank": "bank-a"}, True),
        ({"bank_id": None, "at_bank": "bank-b"}, False),
        ({"bank_id": "bank-a", "at_bank": "bank-b"}, True),
        ({"bank_id": "bank-a", "locker_no": "1"}, True),
        ({"bank_id": "nowhere"}, False),
        ({"locker_no": "99"}, False),
    ],
)
def test_a_number_means_a_compartment_of_the_bank_that_was_said_else_of_the_kiosks_own(scene, asked, found):
    assert (scene.by_locker(**asked).rental_id == scene.rental.id) is found


def test_where_two_banks_have_the_number_one_must_be_said(scene):
    with pytest.raises(Malformed) as refused:
        scene.by_locker(bank_id=None)

    assert refused.value.facts == {"field": "bank_id"}
    assert scene.by_locker(bank_id=None, locker_no="03").rental_id == ""  # bank-b alone has one: nobody's


def test_at_a_bank_the_figures_of_a_number_will_do_where_no_two_doors_have_them(scene):
    label(scene, "01", "A01")

    assert scene.by_locker(bank_id=None, at_bank="bank-a", locker_no="1").rental_id == scene.rental.id
    assert scene.by_locker(bank_id=None, at_bank="bank-a", locker_no="B1").rental_id == ""
    assert scene.by_locker(bank_id="bank-a", locker_no="1").rental_id == scene.rental.id
    label(scene, "02", "B01")
    assert scene.by_locker(bank_id=None, at_bank="bank-a", locker_no="1").rental_id != scene.rental.id
    assert scene.by_locker(bank_id=None, at_bank="bank-a", locker_no="A1").rental_id == scene.rental.id


def label(scene, old, new):
    compartment_labelled(scene.session, old).label = new
    scene.session.flush()


def test_wrong_pins_count_for_the_compartment_whichever_way_it_is_named(scene):
    assert scene.by_locker().subject == scene.by_locker(bank_id=None, at_bank="bank-a", locker_no="１").subject
    assert scene.by_locker().subject != scene.by_locker(bank_id="bank-b").subject
    assert scene.by_locker(locker_no="98").subject == scene.by_locker(locker_no="098").subject


def test_a_locker_that_nobody_holds_and_a_card_that_nobody_has_name_nobody(scene):
    for claim in (scene.by_locker(locker_no="02"), scene.by_locker(locker_no="99"), scene.by_card(number="else")):
        assert (claim.pin, claim.member_id) == (None, "")


def test_of_a_kiosks_token_only_a_hash_is_kept_and_it_is_good_until_revoked(session):
    kiosk, token = service.register(session, name="hall", bank_id="bank-a", actor="test", now=NOON)

    assert token not in session.scalars(select(Kiosk.token_hash)).all()
    assert queries.kiosk_with(session, token=token).id == kiosk.id
    service.revoke(session, kiosk_id=kiosk.id, actor="test", now=NOON)
    assert queries.kiosk_with(session, token=token) is None
    assert queries.kiosks(session) == []
    with pytest.raises(NotFound):
        service.revoke(session, kiosk_id=kiosk.id, actor="test", now=NOON)


def test_a_kiosk_stands_at_a_bank_that_there_is(session):
    with pytest.raises(NotFound):
        service.register(session, name="hall", bank_id="nowhere", actor="test", now=NOON)


def test_when_a_kiosk_was_seen_is_written_down_once_a_minute(scene):
    for seconds, seen in ((0, 0), (59, 0), (60, 60)):
        service.note_seen(scene.session, kiosk_id=scene.kiosk.id, now=NOON + seconds * SECOND)
        scene.session.refresh(scene.kiosk)
        assert scene.kiosk.seen_at == NOON + seen * SECOND


def test_visits_that_are_over_by_age_are_forgotten(scene):
    scene.let_in(scene.by_card())
    service.forget_ended_visits(scene.session, now=NOON + timedelta(minutes=30))

    assert scene.session.scalar(select(func.count()).select_from(KioskVisit)) == 0
