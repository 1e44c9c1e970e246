"""Staff hear of a kiosk that went dark, once, and that it is back; of one that nobody waits for they hear nothing."""

from datetime import timedelta

from gateway.alerts import queries as alerts
from gateway.kiosks import service
from gateway.kiosks.silence import kiosks_to_look_at, look_at_kiosk
from tests.centre_builder import NOON

MINUTE = timedelta(minutes=1)


def look(scene, now, *, up_since=NOON):
    """As the timetable does; the ids of the kiosks that staff are told of."""
    for kiosk_id in kiosks_to_look_at(scene.session, now=now):
        look_at_kiosk(scene.session, kiosk_id=kiosk_id, up_since=up_since, now=now)
    told = [alerts.standing(scene.session, kind="kiosk_silent", thing=one.id) for one in (scene.kiosk, scene.other)]
    return [one.thing for one in told if one is not None and one.over_at is None]


def test_a_kiosk_that_is_heard_no_more_is_told_of_after_five_minutes_until_it_is_back(scene):
    service.note_seen(scene.session, kiosk_id=scene.kiosk.id, now=NOON)

    assert look(scene, NOON + 4 * MINUTE) == []
    for minutes in (5, 6):
        assert look(scene, NOON + minutes * MINUTE) == [scene.kiosk.id]
    assert alerts.standing(scene.session, kind="kiosk_silent", thing=scene.kiosk.id).count == 1

    service.note_seen(scene.session, kiosk_id=scene.kiosk.id, now=NOON + 7 * MINUTE)

    assert look(scene, NOON + 7 * MINUTE) == []


def test_after_a_power_cut_a_kiosk_has_five_minutes_to_be_heard_again(scene):
    service.note_seen(scene.session, kiosk_id=scene.kiosk.id, now=NOON)
    again = NOON + 60 * MINUTE

    assert look(scene, again + MINUTE, up_since=again) == []
    assert look(scene, again + 5 * MINUTE, up_since=again) == [scene.kiosk.id]


def test_a_kiosk_that_was_never_switched_on_is_not_missed(scene):
    assert look(scene, NOON + timedelta(days=9)) == []


def test_a_kiosk_that_was_revoked_is_missed_no_more(scene):
    service.note_seen(scene.session, kiosk_id=scene.kiosk.id, now=NOON)
    assert look(scene, NOON + 5 * MINUTE) == [scene.kiosk.id]

    service.revoke(scene.session, kiosk_id=scene.kiosk.id, actor="s003", now=NOON + 6 * MINUTE)

    assert look(scene, NOON + 6 * MINUTE) == []
