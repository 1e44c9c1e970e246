"""Wrong PINs are counted, and stop whoever guesses, on both databases."""

import shutil
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from gateway.alerts.model import Alert
from gateway.kiosks import limits, service
from gateway.kiosks.model import KioskTry
from gateway.kit.audit import AuditEntry
from gateway.kit.db import Sessions, open_engine
from gateway.kit.errors import Refused
from tests.centre_builder import NOON

MINUTE = timedelta(minutes=1)


def guess(session, subject="one", kiosk=None, now=NOON, scene=None):
    """A wrong PIN."""
    taken = limits.take_try(session, kiosk_id=(kiosk or scene.kiosk).id, subject=subject, now=now)
    limits.wrong(session, taken, now=now)
    return taken


def refusal(session, subject, kiosk, now=NOON):
    with pytest.raises(Refused) as refused:
        limits.take_try(session, kiosk_id=kiosk.id, subject=subject, now=now)
    return refused.value.code, refused.value.facts["retry_after_s"]


def alerts_of(session, thing):
    return session.scalars(select(Alert).where(Alert.thing == thing)).all()


def acts(session, *names):
    return session.scalars(select(AuditEntry.act).where(AuditEntry.act.in_(names))).all()


def test_after_five_wrong_pins_a_locker_rests_for_a_quarter_of_an_hour(scene):
    for minute in range(5):
        guess(scene.session, scene=scene, now=NOON + minute * MINUTE)

    assert refusal(scene.session, "one", scene.kiosk, NOON + 5 * MINUTE) == ("pin_locked", 600)
    assert refusal(scene.session, "one", scene.other, NOON + 5 * MINUTE) == ("pin_locked", 600)
    guess(scene.session, "another", scene=scene, now=NOON + 5 * MINUTE)
    guess(scene.session, "one", scene=scene, now=NOON + 15 * MINUTE)
    assert refusal(scene.session, "one", scene.kiosk, NOON + 15 * MINUTE) == ("pin_locked", 60)


def test_a_pin_that_was_not_looked_at_is_not_counted(scene):
    for _ in range(5):
        guess(scene.session, scene=scene)
    for _ in range(30):
        refusal(scene.session, "one", scene.kiosk)

    assert limits.wrong_at(scene.session, kiosk_id=scene.kiosk.id, now=NOON) == 5


def test_after_twenty_wrong_pins_a_kiosk_stops_for_everybody_and_no_other_does(scene):
    for number in range(20):
        guess(scene.session, f"locker {number}", scene=scene)

    assert refusal(scene.session, "fresh", scene.kiosk) == ("kiosk_stopped", 3600)
    assert limits.stopped_until(scene.session, kiosk_id=scene.kiosk.id, now=NOON) == NOON + 60 * MINUTE
    guess(scene.session, "fresh", kiosk=scene.other)
    guess(scene.session, "fresh", scene=scene, now=NOON + 60 * MINUTE)
    assert limits.stopped_until(scene.session, kiosk_id=scene.other.id, now=NOON) is None


def test_that_a_kiosk_stopped_is_written_down_once_an_hour(scene):
    for number in range(20):
        guess(scene.session, f"locker {number}", scene=scene, now=NOON + number * MINUTE)
    guess(scene.session, "again", scene=scene, now=NOON + 60 * MINUTE)
    assert acts(scene.session, "kiosk_stopped") == ["kiosk_stopped"]
    assert [(one.kind, one.count) for one in alerts_of(scene.session, scene.kiosk.id)] == [("wrong_codes", 1)]

    for number in range(20):
        guess(scene.session, f"locker {number}", scene=scene, now=NOON + (180 + number) * MINUTE)
    assert acts(scene.session, "kiosk_stopped") == ["kiosk_stopped"] * 2


def test_fifty_wrong_pins_in_an_hour_raise_one_alarm(scene):
    kiosks = [scene.kiosk, scene.other, service.register(scene.session, name="x", bank_id=None, actor="t", now=NOON)[0]]
    for number in range(49):
        guess(scene.session, f"locker {number}", kiosk=kiosks[number % 3])
    assert acts(scene.session, "pin_alarm") == []

    for number in range(49, 55):
        guess(scene.session, f"locker {number}", kiosk=kiosks[number % 3], now=NOON + MINUTE)
    assert acts(scene.session, "pin_alarm") == ["pin_alarm"]
    assert [(one.kind, one.count) for one in alerts_of(scene.session, limits.SITE)] == [("wrong_codes", 1)]


def test_the_right_pin_forgives_the_slips_before_it_to_the_locker_and_not_to_the_kiosk(scene):
    for _ in range(4):
        guess(scene.session, scene=scene)
    limits.right(scene.session, limits.take_try(scene.session, kiosk_id=scene.kiosk.id, subject="one", now=NOON))

    for _ in range(5):
        guess(scene.session, scene=scene)
    assert refusal(scene.session, "one", scene.kiosk)[0] == "pin_locked"
    assert limits.wrong_at(scene.session, kiosk_id=scene.kiosk.id, now=NOON) == 9


def test_what_was_never_said_to_be_right_counts_as_wrong(scene):
    for _ in range(5):
        limits.take_try(scene.session, kiosk_id=scene.kiosk.id, subject="one", now=NOON)

    assert refusal(scene.session, "one", scene.kiosk)[0] == "pin_locked"


def test_tries_that_count_no_more_are_forgotten_and_no_others(scene):
    guess(scene.session, scene=scene)
    guess(scene.session, scene=scene, now=NOON + MINUTE)
    limits.forget_old_tries(scene.session, now=NOON + 60 * MINUTE)

    assert scene.session.scalars(select(KioskTry.at)).all() == [NOON + MINUTE]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_whoever_guesses_wherever_and_whenever_gets_no_more_than_the_limits_in_any_window(sqlite_template, data):
    """Restarts in between forget nothing: each guess is a program of its own over the same file."""
    with TemporaryDirectory() as directory:
        shutil.copy(sqlite_template, f"{directory}/hearth.db")
        engine = open_engine(f"sqlite:///{directory}/hearth.db")
        with Sessions(engine).begin() as session:
            kiosks = [
                service.register(session, name=name, bank_id=None, actor="t", now=NOON)[0].id for name in ("a", "b")
            ]
        looked_at, now = [], NOON
        for waits_s, kiosk, locker in data.draw(st.lists(GUESS, min_size=30, max_size=90)):
            now += timedelta(seconds=waits_s)
            with suppress(Refused), Sessions(engine).begin() as session:
                limits.take_try(session, kiosk_id=kiosks[kiosk], subject=f"locker {locker}", now=now)
                looked_at.append((now, kiosk, locker))
        engine.dispose()

    for at, _, _ in looked_at:
        assert most(looked_at, at, 15 * MINUTE, by=2) <= 5
        assert most(looked_at, at, 60 * MINUTE, by=1) <= 20


GUESS = st.tuples(st.sampled_from([0, 0, 1, 20, 60, 300, 901]), st.integers(0, 1), st.sampled_from([0, 0, 1, 2, 3]))


def most(looked_at, since, span, *, by):
    """How many within that span of the one that had most."""
    return max(Counter(one[by] for one in looked_at if since <= one[0] < since + span).values())
