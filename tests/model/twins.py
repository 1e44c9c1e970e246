"""Deliberately broken copies of the production rules. Each must be caught, or the check it is for cannot bite.

A twin is one missing line: what somebody might leave out while tidying up.
"""

import base64
import contextlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from unittest.mock import patch

from sqlalchemy import bindparam, exists, select

from devices.nodes import locker_bank
from devices.nodes.challenges import Challenge, Challenges
from devices.nodes.locker_bank import LockerBank
from devices.parts.contact import Contact
from devices.parts.second_key import SecondKey as SecondKeyPart
from devices.ports import DoorMemory
from devices.wire import codec
from devices.wire.errors import WireError
from devices.wire.signing import PublicKey
from gateway.access import queries as access_queries
from gateway.access import service as access
from gateway.access.model import GrantSource
from gateway.emergencies import queries as emergencies
from gateway.fleet import service as fleet_service
from gateway.fleet.model import DeviceEvent
from gateway.fleet.rules import Place
from gateway.intake import Intake
from gateway.kit import audit
from gateway.kit.ids import new_id
from gateway.staff import openings
from gateway.timekeeping import rules as time_rules
from gateway.timekeeping.model import TimeMark
from gateway.unlocking import engine as engine_module
from gateway.unlocking import queries, rules, service
from gateway.unlocking.engine import UnlockEngine
from gateway.unlocking.model import AFTER_SIGNING, UNSIGNED, Unlock, UnlockState
from gateway.unlocking.rules import Verdict


@dataclass(frozen=True)
class Twin:
    """What is broken, which invariants may notice, the production names it replaces, the acts that show it soonest."""

    name: str
    breaks: frozenset[str]
    patches: tuple[tuple[object, str, object], ...]
    stress: frozenset[str]

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """The production code with this one thing broken."""
        with ExitStack() as stack:
            for owner, name, broken in self.patches:
                stack.enter_context(patch.object(owner, name, broken))
            yield


def twin(breaks: str, *patches: tuple[object, str, object], stress: str = "") -> Callable[[Callable], Callable]:
    """Register a twin under the name of the function that follows; `breaks` and `stress` list words."""

    def register(named: Callable) -> Callable:
        broken = patches or named()
        TWINS.append(Twin(named.__name__, frozenset(breaks.split()), broken, frozenset(stress.split())))
        return named

    return register


TWINS: list[Twin] = []


@twin("I1", stress="forge")
def no_signature_check():
    def verify(self, token, *, typ):
        body = token.split(b".")[1]
        return base64.urlsafe_b64decode(body + b"=" * (-len(body) % 4))

    return ((PublicKey, "verify", verify),)


@twin("I2", (Challenges, "_forget", lambda self, cmd_id: None), stress="double_the_permissions shut")
def the_nonce_is_not_consumed(): ...


@twin("I2 I3 I7 I1", stress="double_the_permissions shut")
def no_nonce_at_all():
    def take(self, *, cmd_id, nonce, door, now):
        return Challenge(cmd_id, door, nonce, now)

    return ((Challenges, "take", take),)


@twin("I2", stress="plan_gateway_crash")
def the_machine_tries_again_by_itself():
    follow = UnlockEngine._follow

    def again(self, unlock):
        follow(self, unlock)
        if unlock.state is UnlockState.UNCERTAIN:
            with self.sessions.begin() as session:
                row = session.get_one(Unlock, unlock.id)
                row.state, row.requested_mono = UnlockState.AUTHORISED, self.clock.monotonic()

    return ((UnlockEngine, "_follow", again),)


@twin("I2b", stress="jam plan_gateway_crash")
def a_failed_press_is_pressed_again_for_the_member():
    settle = service.settle

    def press_again(session, unlock, verdict, *, now):
        settle(session, unlock, verdict, now=now)
        session.flush()
        under_way = session.scalar(
            select(Unlock.id).where(Unlock.lock_id == unlock.lock_id, Unlock.settled_at.is_(None))
        )
        if verdict.state is UnlockState.NOT_OPENED and under_way is None:
            values = {column.name: getattr(unlock, column.name) for column in Unlock.__table__.columns}
            fresh = {"id": new_id(), "state": UnlockState.REQUESTED, "settled_at": None, "pulsed_at": None}
            session.add(Unlock(**values | fresh | {"nonce": None, "signed_at": None}))

    return ((service, "settle", press_again),)


@twin(
    "I3",
    (Challenge, "is_stale", lambda self, now: False),
    (LockerBank, "_age_s", lambda self, since: 0.0),
    stress="plan_device_stall",
)
def a_challenge_never_grows_old(): ...


@twin("I3", (rules, "may_be_signed", lambda unlock, now: True), stress="press_in_a_tunnel")
def the_gateway_has_no_deadline(): ...


@twin(
    "I3 L2",
    (rules, "age_s", lambda unlock, now: now.wall_s - unlock.requested_at.timestamp()),
    stress="set_the_wall_clock press_in_a_tunnel",
)
def the_deadline_follows_the_wall_clock(): ...


@twin("I1 I4", stress="revoke plan_gateway_stall")
def the_right_is_not_judged_again_at_signing():
    def sign(session, unlock, *, nonce, clock):
        now = clock.now()
        return service.move(session, unlock, UnlockState.SIGNED, now=now, nonce=nonce, signed_at=now)

    return ((service, "sign", sign),)


@twin("I12", (LockerBank, "_use_one_opening", lambda self, no: None), stress="press_often")
def the_openings_of_a_minute_are_not_counted(): ...


@twin("I13", (LockerBank, "_has_had_its_share", lambda self, no: False), stress="press_often")
def one_door_may_have_all_openings_of_a_minute(): ...


@twin("I12", (LockerBank, "_a_second_key_is_on", lambda self: True), stress="press_often")
def the_limit_is_lifted_without_a_key(): ...


@twin("I11", stress="turn_a_key")
def a_cut_cable_is_taken_for_a_fire():
    read = SecondKeyPart._read
    return ((SecondKeyPart, "_read", lambda self: "on" if read(self) == "fault" else read(self)),)


@twin("I6", stress="burn_while_it_is_dark turn_a_key")
def what_the_rule_opens_is_called_forced():
    opening = locker_bank._opening

    def blind(before):
        return opening(DoorMemory(level=before.level, pending=before.pending))

    return ((locker_bank, "_opening", blind),)


@twin("I1 I6", stress="burn_while_it_is_dark")
def the_rule_pulses_before_it_writes_down():
    pulse_by_rule = LockerBank.pulse_by_rule

    def pulse_first(self, no, key):
        self._energise(no, 0.4)
        self._reached("pulsed")
        pulse_by_rule(self, no, key)

    return ((LockerBank, "pulse_by_rule", pulse_first),)


@twin("I6", stress="burn_while_it_is_dark")
def after_a_power_cut_the_rule_is_forgotten():
    look = LockerBank._look_after_the_dark

    def forget(self, no, level):
        self._remember(no, by_rule=None)
        look(self, no, level)

    return ((LockerBank, "_look_after_the_dark", forget),)


@twin("I10", (emergencies, "is_frozen", lambda session, *, device_id: False), stress="freeze press_and_freeze")
def a_freeze_is_for_show(): ...


@twin("I10", stress="press_and_freeze")
def a_freeze_is_looked_at_when_asked_and_not_when_signing():
    def sign(session, unlock, *, nonce, clock):
        with patch.object(emergencies, "is_frozen", lambda session, *, device_id: False):
            return sign_as_before(session, unlock, nonce=nonce, clock=clock)

    sign_as_before = service.sign
    return ((service, "sign", sign),)


@twin("I1 I4", stress="open_everything")
def an_emergency_that_was_cleared_leaves_its_rights_behind():
    end = access.end

    def keep(session, *, source, **which):
        if source is not GrantSource.EMERGENCY:
            end(session, source=source, **which)

    return ((access, "end", keep),)


@twin("I1 I2b", stress="open_everything")
def an_emergency_at_one_bank_opens_every_bank():
    locks = emergencies._locks
    return ((emergencies, "_locks", lambda bank_id: locks(None)),)


@twin("I1", (openings, "OPENING_WINDOW", timedelta(days=300)), stress="open_as_staff press_again_as_staff jam")
def what_staff_asked_for_once_stays_open_to_them(): ...


@twin("I14", (access_queries, "TOLERANCE", timedelta(days=300)), stress="go_back_to_a_key")
def every_clock_is_believed(): ...


@twin("I14", (time_rules, "next_mark", lambda kept, now: now), stress="go_back_to_a_key share press_what_is_shared")
def the_time_that_is_known_goes_back_with_the_clock(): ...


@twin("L3", stress="go_back_to_a_key set_the_wall_clock")
def a_wrong_clock_keeps_everybody_out():
    theirs = access_queries._THEIRS.where(~exists().where(TimeMark.at > bindparam("believed_until")))
    return ((access_queries, "_MAY_OPEN", select(exists(theirs.order_by(None)))),)


@twin("I4b I4", (queries, "unsettled_locks", lambda session: frozenset()), stress="press_and_leave")
def no_quarantine_before_the_next_holder(): ...


@twin("I5", stress="swap_topics")
def messages_are_not_bound_to_their_device():
    def unseal(payload, topic, channel, key, decoder):
        return codec._read(key.verify(payload, typ=codec._typ(channel)), decoder)

    return (
        (codec, "_unseal", unseal),
        (engine_module, "_answers", lambda challenge, unlock: unlock.state is UnlockState.AUTHORISED),
    )


@twin("I6", stress="force")
def events_are_taken_twice():
    record_event = fleet_service.record_event

    def taken_again(session, report, *, now):
        recorded = record_event(session, report, now=now)
        if recorded.place is not Place.DUPLICATE:
            return recorded
        again = session.get_one(DeviceEvent, (recorded.device.id, recorded.device.log_no, report.seq))
        return fleet_service.Recorded(Place.NEXT, recorded.device, again)

    return ((fleet_service, "record_event", taken_again),)


@twin("I6 L2 I7", stress="fill_the_disk plan_gateway_crash force")
def events_are_acknowledged_before_the_commit():
    receive_events = Intake._receive_events

    def acknowledge_first(self, letters):
        for letter in letters:
            with contextlib.suppress(WireError):
                report = self._report_of(letter)
                self.link.acknowledge(report.device_id, seq=report.seq)
        receive_events(self, letters)

    return ((Intake, "_receive_events", acknowledge_first),)


@twin("I6 I7", (Contact, "flush", lambda self: None), stress="force_while_it_is_asked")
def settling_edges_are_not_flushed(): ...


@twin("I7 I1", stress="fill_the_disk plan_gateway_crash")
def the_permission_leaves_before_the_commit():
    sign = UnlockEngine._sign

    def too_early(self, session, unlock, challenge):
        signed = sign(self, session, unlock, challenge)
        if signed:
            self.link.open(
                unlock.device_id,
                cmd_id=unlock.id,
                door=unlock.door,
                nonce=challenge.nonce,
                boot_id=challenge.boot_id,
            )
        return signed

    return ((UnlockEngine, "_sign", too_early),)


@twin("I1 I6 I7", stress="plan_device_crash")
def the_strike_is_pulsed_before_the_intent_is_kept():
    intend = LockerBank._intend

    def pulse_first(self, order):
        self._doors[order.door].strike.pulse(order.pulse_ms / 1000)
        self._reached("pulsed")
        intend(self, order)

    return ((LockerBank, "_intend", pulse_first),)


@twin("I7", stress="plan_gateway_crash")
def doubt_is_told_as_not_opened():
    def recover(session, *, now):
        for unlock in queries.unsettled(session):
            if unlock.state in UNSIGNED:
                service.settle(session, unlock, Verdict(UnlockState.EXPIRED), now=now)
            elif unlock.state in AFTER_SIGNING:
                service.settle(session, unlock, Verdict(UnlockState.NOT_OPENED), now=now)

    return ((service, "recover", recover),)


@twin("I7", (rules, "_is_conclusive", lambda refused, earlier: True), stress="double_the_permissions")
def every_refusal_is_believed(): ...


@twin(
    "I7",
    (rules, "can_settle", lambda unlock, **_: unlock.state in AFTER_SIGNING),
    stress="plan_gateway_crash plan_device_stall",
)
def what_the_device_still_holds_is_ignored(): ...


@twin("I7", stress="press_among_old_answers")
def an_answer_counts_whatever_was_asked():
    on_standing = UnlockEngine.on_standing

    def believe(self, standing):
        question = engine_module.Question(q=standing.q, asked_at=float("inf"))
        self._questions[standing.device_id] = question
        on_standing(self, standing)

    return ((UnlockEngine, "on_standing", believe),)


@twin("I6 I7", stress="cut_power plan_device_crash force")
def a_restart_looks_at_edges_only():
    def look(self, no, level):
        self._memory[no] = DoorMemory(level=level, pending=None)

    return ((LockerBank, "_look_after_the_dark", look),)


@twin("I6", (audit, "acting_program", lambda session, *, actor: None))
def what_a_program_asked_for_is_said_of_its_member(): ...


@twin("I7", stress="plan_device_crash")
def a_command_no_longer_dangles_once_it_was_pulsed():
    def watch(self, door, cmd_id):
        self._memory[door] = DoorMemory(level=self._memory[door].level, pending=None)

    return ((LockerBank, "_watch", watch),)


@twin("I7", stress="jam")
def opened_is_said_when_the_strike_was_pulsed():
    verdict_of_event = rules.verdict_of_event

    def optimistic(event, earlier):
        return Verdict(UnlockState.OPENED) if event.kind == "done" else verdict_of_event(event, earlier)

    return ((rules, "verdict_of_event", optimistic),)


@twin("L2", stress="plan_gateway_crash")
def nobody_asks_in_case_of_doubt():
    return ((UnlockEngine, "_ask_for_standing", lambda self, device_id: None),)
