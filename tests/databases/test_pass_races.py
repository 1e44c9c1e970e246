"""One pass shown at the same instant, at one kiosk and at many, and phones registered at once."""

from collections import Counter
from functools import partial

from sqlalchemy import delete, func, select

from gateway.credentials import phones
from gateway.credentials.model import Phone
from gateway.credentials.passes import Pass, PublicKey
from gateway.kiosks import passes, queries, service
from gateway.kiosks.model import Kiosk, KioskVisit
from gateway.kit.errors import Conflict, Refused
from gateway.members import service as members
from gateway.members.model import MemberSession
from gateway.members.queries import token_hash
from tests.centre_builder import NOON, a_member
from tests.phone import APhone
from tests.race import at_once


def furnish(sessions, kiosks=1):
    """Kiosks, and Wang's phone."""
    phone = APhone()
    with sessions.begin() as session:
        for number in range(kiosks):
            service.register(session, name=str(number), bank_id=None, actor="test", now=NOON)
        wang = a_member(session)
        session_hash = token_hash(members.begin_session(session, member=wang, now=NOON))
        key = PublicKey.read(phone.public_key)
        phone.id = phones.register(session, member=wang, session_hash=session_hash, key=key, label="x", now=NOON).id
    return Pass.read(phone.code(NOON))


def show(sessions, told, kiosk_id, token):
    try:
        with sessions.begin() as session:
            kiosk = session.get_one(Kiosk, kiosk_id)
            passes.let_in(session, kiosk=kiosk, told=told, token=token, now=NOON)
    except Refused as refusal:
        return refusal.code
    return "let in"


def kiosk_ids(sessions):
    with sessions.read() as session:
        return session.scalars(select(Kiosk.id).order_by(Kiosk.id)).all()


def count(sessions, table):
    with sessions.read() as session:
        return session.scalar(select(func.count()).select_from(table))


def test_of_eight_kiosks_that_are_shown_one_pass_at_once_one_lets_its_member_in(sessions):
    told = furnish(sessions, kiosks=8)

    results = at_once([partial(show, sessions, told, kiosk, f"token of {kiosk}") for kiosk in kiosk_ids(sessions)])

    assert Counter(results) == {"let in": 1, "pass_used": 7}
    assert count(sessions, KioskVisit) == 1


def test_one_pass_that_a_scanner_delivers_eight_times_at_once_is_one_visit(sessions):
    told = furnish(sessions)
    [kiosk] = kiosk_ids(sessions)

    assert at_once([partial(show, sessions, told, kiosk, "token")] * 8) == ["let in"] * 8
    assert count(sessions, KioskVisit) == 1


def test_signing_out_while_the_pass_is_shown_leaves_nobody_standing(sessions):
    told = furnish(sessions, kiosks=4)
    with sessions.read() as session:
        signed_in = session.scalars(select(Phone.session_hash)).one()

    def sign_out():
        with sessions.begin() as session:
            session.execute(delete(MemberSession).where(MemberSession.token_hash == signed_in))
        return "signed out"

    shown = [partial(show, sessions, told, kiosk, f"token of {kiosk}") for kiosk in kiosk_ids(sessions)]
    results = at_once([*shown, sign_out])

    assert set(results) <= {"let in", "pass_used", "pass_unknown", "signed out"}
    with sessions.read() as session:
        standing = [
            queries.guest(session, kiosk_id=kiosk, token=f"token of {kiosk}", now=NOON) for kiosk in kiosk_ids(sessions)
        ]
    assert standing == [None] * 4


def test_of_phones_registered_at_once_no_more_are_than_may_be(sessions):
    with sessions.begin() as session:
        wang = a_member(session)
        hashes = [token_hash(members.begin_session(session, member=wang, now=NOON)) for _ in range(8)]

    def register(session_hash):
        key = PublicKey.read(APhone().public_key)
        try:
            with sessions.begin() as session:
                phones.register(session, member=wang, session_hash=session_hash, key=key, label="x", now=NOON)
        except Conflict as conflict:
            return conflict.code
        return "registered"

    results = at_once([partial(register, each) for each in hashes])

    assert Counter(results) == {"registered": phones.MOST_PHONES, "too_many_phones": 8 - phones.MOST_PHONES}
