"""How it was: counted by day and kiosk, on both databases."""

from datetime import date, timedelta

from gateway.kiosks import service
from gateway.kiosks.model import Mood
from gateway.kiosks.smiles import smile, smiles
from tests.centre_builder import NOON
from tests.race import at_once

TODAY = date(2026, 11, 22)
DAY = timedelta(days=1)


def counts(session, since=TODAY, until=TODAY):
    return [(one.day, one.kiosk_id, one.mood, one.count) for one in smiles(session, since=since, until=until)]


def test_answers_are_counted_by_day_and_kiosk(scene):
    for kiosk, mood, day in [
        (scene.kiosk, Mood.GOOD, TODAY),
        (scene.kiosk, Mood.GOOD, TODAY),
        (scene.kiosk, Mood.POOR, TODAY),
        (scene.kiosk, Mood.GOOD, TODAY + DAY),
        (scene.other, Mood.GOOD, TODAY),
    ]:
        smile(scene.session, kiosk_id=kiosk.id, mood=mood, today=day)

    assert {(kiosk_id, mood, count) for _, kiosk_id, mood, count in counts(scene.session)} == {
        (scene.kiosk.id, Mood.GOOD, 2),
        (scene.kiosk.id, Mood.POOR, 1),
        (scene.other.id, Mood.GOOD, 1),
    }
    assert [count for *_, count in counts(scene.session, TODAY + DAY, TODAY + DAY)] == [1]


def test_of_many_answers_at_the_same_moment_none_is_lost(sessions):
    with sessions.begin() as session:
        kiosk_id = service.register(session, name="hall", bank_id=None, actor="test", now=NOON)[0].id

    def answer():
        with sessions.begin() as session:
            smile(session, kiosk_id=kiosk_id, mood=Mood.FAIR, today=TODAY)

    at_once([answer] * 8)

    with sessions.read() as session:
        assert [count for *_, count in counts(session)] == [8]
