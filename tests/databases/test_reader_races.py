"""One card signed in with many times at once, and one reader that many kiosks want."""

from collections import Counter
from functools import partial

from sqlalchemy import func, select

from gateway.fleet import service as fleet
from gateway.fleet.rules import Presentation
from gateway.kiosks import readers, service
from gateway.kiosks.model import Kiosk, KioskReader
from gateway.kit.errors import Conflict, Refused
from tests.centre_builder import NOON
from tests.race import at_once


def furnish(sessions, kiosks=1):
    """Kiosks, and a reader that nobody has; the ids of the kiosks."""
    told = Presentation(
        device_id="reader", online=True, boot_id="1" * 16, kind="kiosk", public_key="k", fingerprint="F"
    )
    with sessions.begin() as session:
        fleet.note_presence(session, told, now=NOON)
        fleet.approve(session, device_id="reader", fingerprint="F", actor="test", now=NOON)
        for number in range(kiosks):
            service.register(session, name=str(number), bank_id=None, actor="test", now=NOON)
    with sessions.read() as session:
        return session.scalars(select(Kiosk.id).order_by(Kiosk.id)).all()


def test_a_handle_that_is_used_eight_times_at_once_lets_in_once(sessions):
    [kiosk_id] = furnish(sessions)

    def use(handle):
        try:
            with sessions.begin() as session:
                readers.use_up(session, kiosk_id=kiosk_id, handle=handle)
        except Refused as refusal:
            return refusal.code
        return "let in"

    for handle in "abcde":
        with sessions.begin() as session:
            kiosk = session.get_one(Kiosk, kiosk_id)
            readers.present(session, kiosk=kiosk, handle=handle, card_hash="c", code=None, at=NOON)
        assert Counter(at_once([partial(use, handle)] * 8)) == {"let in": 1, "presented_over": 7}


def test_a_reader_that_eight_kiosks_want_at_once_is_one_kiosks(sessions):
    def want(kiosk_id):
        try:
            with sessions.begin() as session:
                readers.bind(session, kiosk_id=kiosk_id, device_id="reader", actor="test", now=NOON)
        except Conflict as refusal:
            return refusal.code
        return "bound"

    results = at_once([partial(want, kiosk_id) for kiosk_id in furnish(sessions, kiosks=8)])

    assert Counter(results) == {"bound": 1, "reader_taken": 7}
    with sessions.read() as session:
        assert session.scalar(select(func.count()).select_from(KioskReader)) == 1
