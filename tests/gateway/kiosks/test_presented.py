"""What was held to a kiosk's reader, on both databases."""

from datetime import timedelta

import pytest

from gateway.kiosks import readers
from gateway.kit.errors import Refused
from tests.centre_builder import NOON

SECOND = timedelta(seconds=1)


def hold(scene, handle="one", at=NOON):
    readers.present(scene.session, kiosk=scene.kiosk, handle=handle, card_hash="number", code=None, at=at)


def test_what_is_held_there_is_offered_for_five_seconds_and_the_next_takes_its_place(scene):
    hold(scene)
    hold(scene, "two", NOON + SECOND)

    offered = [readers.offered(scene.session, kiosk_id=scene.kiosk.id, now=NOON + s * SECOND) for s in (1, 5.9, 6)]
    assert [one and one.handle for one in offered] == ["two", "two", None]
    assert readers.offered(scene.session, kiosk_id=scene.other.id, now=NOON + SECOND) is None


def test_what_was_written_under_a_clock_that_was_wrong_is_offered_to_nobody(scene):
    hold(scene, at=NOON + timedelta(hours=1))

    assert readers.offered(scene.session, kiosk_id=scene.kiosk.id, now=NOON) is None


def test_a_handle_is_used_up_once(scene):
    hold(scene)
    readers.use_up(scene.session, kiosk_id=scene.kiosk.id, handle="one")

    with pytest.raises(Refused, match="presented_over"):
        readers.use_up(scene.session, kiosk_id=scene.kiosk.id, handle="one")
