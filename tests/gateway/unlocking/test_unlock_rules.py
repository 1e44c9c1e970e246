"""The unlock engine's judgements, one claim each."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from devices.wire import messages
from gateway.unlocking import rules
from gateway.unlocking.model import MOVES, TERMINAL, Unlock, UnlockState
from gateway.unlocking.rules import Moment, Verdict

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


@dataclass
class Told:
    kind: str
    reason: str | None = None
    level_before: str | None = None


INTENT = Told("intent", level_before="shut")
INTENT_WHILE_OPEN = Told("intent", level_before="open")


def asked(*, mono=100.0, host="here"):
    return Unlock(requested_at=NOON, requested_mono=mono, host_boot=host)


def at(*, wall=timedelta(), mono=100.0, host="here"):
    return Moment((NOON + wall).timestamp(), mono, host)


def test_both_ends_count_by_the_same_spans():
    assert (rules.T_DEV_S, rules.T_WATCH_S) == (messages.T_DEV_S, messages.T_WATCH_S)
    assert rules.DEADLINE_S == 13.0


def test_a_request_may_be_signed_for_eight_seconds():
    assert rules.may_be_signed(asked(), at(mono=108.0))
    assert not rules.may_be_signed(asked(), at(mono=108.1))


@pytest.mark.parametrize("jump", [timedelta(days=-1), timedelta(days=1)])
def test_setting_the_wall_clock_changes_no_age_on_one_machine(jump):
    assert rules.age_s(asked(), at(wall=jump, mono=103.0)) == 3.0


def test_the_age_of_another_machines_request_goes_by_the_wall():
    assert rules.age_s(asked(host="there"), at(wall=timedelta(seconds=5), mono=9.0)) == 5.0


def test_a_request_from_the_future_is_too_old_to_sign():
    assert not rules.may_be_signed(asked(host="there"), at(wall=timedelta(seconds=-1)))


@pytest.mark.parametrize("kind", ["door_open", "inferred"])
def test_a_door_seen_open_is_opened(kind):
    assert rules.verdict_of_event(Told(kind), [INTENT]) == Verdict(UnlockState.OPENED)


def test_a_pulse_alone_is_no_opening():
    assert rules.verdict_of_event(Told("done"), [INTENT]) is None


def test_a_pulse_at_a_door_that_stood_open_is_already_open():
    assert rules.verdict_of_event(Told("done"), [INTENT_WHILE_OPEN]) == Verdict(UnlockState.ALREADY_OPEN)


def test_a_door_found_shut_after_the_dark_is_possible():
    assert rules.verdict_of_event(Told("possible"), [INTENT]) == Verdict(UnlockState.POSSIBLE)


def test_a_refusal_with_no_intent_before_it_is_certain():
    assert rules.verdict_of_event(Told("refused", reason="stale"), []) == Verdict(UnlockState.NOT_OPENED, "stale")


def test_the_refusal_of_a_second_copy_says_nothing_of_the_first():
    assert rules.verdict_of_event(Told("refused", reason="no_challenge"), [INTENT]) is None


@pytest.mark.parametrize("reason", ["too_late", "strike"])
def test_a_refusal_that_stopped_the_pulse_is_certain(reason):
    told = rules.verdict_of_event(Told("refused", reason=reason), [INTENT])
    assert told == Verdict(UnlockState.NOT_OPENED, reason)


def test_silence_after_a_pulse_is_no_edge():
    assert rules.verdict_of_silence([INTENT, Told("done")]) == Verdict(UnlockState.NOT_OPENED, "no_edge")


def test_silence_without_any_event_is_a_permission_that_was_lost():
    assert rules.verdict_of_silence([]) == Verdict(UnlockState.NOT_OPENED, "lost")


@pytest.mark.parametrize(("live", "dangling"), [({"u"}, set()), (set(), {"u"})])
def test_what_the_device_still_holds_is_not_settled(live, dangling):
    unlock = Unlock(id="u", state=UnlockState.UNCERTAIN)
    assert not rules.can_settle(unlock, live=live, dangling=dangling)
    assert rules.can_settle(unlock, live=set(), dangling=set())


def test_nothing_moves_out_of_a_terminal_state():
    assert not TERMINAL & frozenset().union(*MOVES.values())


def test_every_state_but_the_first_can_be_reached():
    assert set(MOVES) == set(UnlockState) - {UnlockState.REQUESTED}


def test_not_opened_follows_only_upon_a_signature():
    assert MOVES[UnlockState.NOT_OPENED] == {UnlockState.SIGNED, UnlockState.UNCERTAIN}
