"""The demo's kiosk: ready to use, told again at the next start, and a new one when staff revoked it."""

from gateway.centre import open_centre
from gateway.credentials.model import PinOf
from gateway.demo.furnishing import furnish
from gateway.demo.house import FOLDER, READER
from gateway.demo.kiosk import place_kiosk
from gateway.founding import found
from gateway.kiosks import queries, readers, service
from gateway.members.passwords import Hasher
from tests.centre_builder import NOON


def place(centre):
    return place_kiosk(
        centre, bank_id="bank-a", names=("大厅", "Lobby"), reader=READER, kept_in=centre.directory / FOLDER
    )


def test_a_kiosk_and_a_card_with_its_pin_are_there_once(tmp_path):
    found(tmp_path, site="demo", zone="Asia/Shanghai", now=NOON, environ={})
    furnish(tmp_path, password=None, environ={})
    centre = open_centre(tmp_path, environ={})
    try:
        made = place(centre)

        assert place(centre) == made
        with centre.sessions.begin() as session:
            kiosk = queries.kiosk_with(session, token=made.code)
            claim = queries.claim_of_card(session, number_hash=centre.pepper.card(made.card), now=centre.clock.now())
            peppered = centre.pepper.pin(made.pin, of=PinOf.MEMBER, of_id=claim.of_id)
            assert readers.kiosk_at(session, device_id=READER) is kiosk
            assert (kiosk.bank_id, Hasher().matches(claim.pin.hash, peppered)) == ("bank-a", True)
            service.revoke(session, kiosk_id=kiosk.id, actor="test", now=centre.clock.now())

        assert place(centre).code != made.code
    finally:
        centre.sessions.close()
