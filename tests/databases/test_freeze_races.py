"""A freeze and a signature in the same instant: whatever is signed was signed before the freeze."""

import threading

from gateway.access import service as access
from gateway.access.model import GrantSource
from gateway.emergencies import service as emergencies
from gateway.members.model import Role
from gateway.unlocking import service as unlocking
from gateway.unlocking.model import UnlockState
from tests.centre_builder import NOON, HandClock, a_bank, a_member, lock_of

PATIENCE_S = 30
A_WHILE_S = 0.4  # far longer than a freeze takes that waits for nobody


def test_a_freeze_waits_for_a_signature_under_way(sessions):
    with sessions.begin() as session:
        a_bank(session)
        manager, member, lock_id = (
            a_member(session, "s001", role=Role.MANAGER),
            a_member(session),
            lock_of(session, "01"),
        )
        access.give(session, lock_id=lock_id, member_id=member.id, source=GrantSource.RENTAL, source_id="r")
        unlock = unlocking.request_unlock(session, member=member, lock_id=lock_id, clock=HandClock())
        unlocking.authorise(session, unlock, clock=HandClock())
    frozen = threading.Event()

    def freeze():
        with sessions.begin() as session:
            emergencies.freeze(session, bank_id=None, reason="theft", actor=manager, now=NOON)
        frozen.set()

    with sessions.begin() as session:
        unlock = session.get_one(type(unlock), unlock.id)
        assert unlocking.sign(session, unlock, nonce="0" * 32, clock=HandClock())
        freezing = threading.Thread(target=freeze)
        freezing.start()
        assert not frozen.wait(A_WHILE_S)

    assert frozen.wait(PATIENCE_S)
    freezing.join()
    with sessions.read() as session:
        assert session.get_one(type(unlock), unlock.id).state is UnlockState.SIGNED
