"""The unlock engine: what happens when, between the database and the wire (docs/decisions/0002).

It runs on one thread and is told everything: that a row is waiting, that a message came, that time has passed. All that
safety rests on is in the database and on the device; what is kept here in RAM only decides when to ask again.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from gateway.emergencies import queries as emergencies
from gateway.fleet import queries as fleet
from gateway.fleet import service as fleet_service
from gateway.fleet.model import Device, DeviceState
from gateway.kit.clock import Clock
from gateway.kit.db import Sessions
from gateway.kit.ids import new_id
from gateway.unlocking import pacing, queries, rules, service
from gateway.unlocking.model import Unlock, UnlockState
from gateway.unlocking.ports import Challenge, Link, Standing
from gateway.unlocking.rules import MARGIN_S, T_DEV_S, T_WATCH_S, Verdict

ASK_AGAIN_S = 1.0  # a challenge or a standing that did not come is asked for again


@dataclass
class Question:
    """What we asked a device, and when: only the newest counts."""

    q: str
    asked_at: float


@dataclass
class UnlockEngine:
    """`reached` is called at each named step; production hands in nothing."""

    sessions: Sessions
    link: Link
    clock: Clock
    reached: Callable[[str], None] = field(default=lambda step: None)
    _prepared_at: dict[str, float] = field(default_factory=dict)
    _signed_at: dict[str, float] = field(default_factory=dict)  # those signed since this start
    _questions: dict[str, Question] = field(default_factory=dict)
    _unmet: set[str] = field(default_factory=set)  # devices that have come and not yet told how their doors stand

    def start(self) -> None:
        """After a crash or a stop: settle what is certain, doubt the rest. Call once, before anything else."""
        with self.sessions.begin() as session:
            service.recover(session, now=self.clock.now())

    def wake(self) -> None:
        """Take what was asked for."""
        with self.sessions.begin() as session:
            waiting = queries.unsettled(session, states=[UnlockState.REQUESTED])
            self.reached("requested.taken")
            authorised = [unlock for unlock in waiting if service.authorise(session, unlock, clock=self.clock)]
            self.reached("authorised.before_commit")
        self.reached("authorised.committed")
        for unlock in authorised:
            self._prepare(unlock)

    def on_challenge(self, challenge: Challenge) -> None:
        """A lock has made its challenge: sign it, if everything still holds, and send the permission once."""
        self.reached("chal.received")
        with self.sessions.begin() as session:
            unlock = session.get(Unlock, challenge.cmd_id)
            if unlock is None or not _answers(challenge, unlock):
                return
            signed = self._sign(session, unlock, challenge)
            self.reached("signed.before_commit")
        self.reached("signed.committed")
        if signed:
            self._permit(unlock, challenge)

    def meet(self, device_id: str) -> None:
        """A device is there, or there again: ask how its doors stand until it has said so."""
        self._unmet.add(device_id)
        self._ask_for_standing(device_id)

    def part(self, device_id: str) -> None:
        """It is gone."""
        self._unmet.discard(device_id)

    def on_standing(self, standing: Standing) -> None:
        """A device said where it stands: settle what that makes certain."""
        question = self._questions.get(standing.device_id)
        if question is None or question.q != standing.q:
            return
        del self._questions[standing.device_id]
        self._unmet.discard(standing.device_id)
        now = self.clock.now()
        with self.sessions.begin() as session:
            device = fleet.device(session, standing.device_id)
            if device.state is DeviceState.APPROVED:
                fleet_service.note_levels(session, device_id=device.id, levels=standing.levels, now=now)
                self._settle_by_standing(session, device, standing, question)

    def tick(self) -> None:
        """Time has passed: take missed requests, ask again, let go. Call every quarter of a second."""
        with self.sessions.read() as session:
            unsettled = queries.unsettled(session)
        if any(unlock.state is UnlockState.REQUESTED for unlock in unsettled):
            self.wake()
        for unlock in unsettled:
            self._follow(unlock)
        for device_id in self._unmet:
            self._ask_for_standing(device_id)
        self._forget_settled({unlock.id for unlock in unsettled})
        self._open_everything_that_must()

    def _open_everything_that_must(self) -> None:
        with self.sessions.read() as session:
            if not emergencies.openings(session):
                return
        with self.sessions.begin() as session:
            asked = pacing.ask_for_next(session, clock=self.clock)
        if asked:
            self.wake()

    # --- signing

    def _sign(self, session: Session, unlock: Unlock, challenge: Challenge) -> bool:
        return service.sign(session, unlock, nonce=challenge.nonce, clock=self.clock)

    def _permit(self, unlock: Unlock, challenge: Challenge) -> None:
        self._signed_at[unlock.id] = self.clock.monotonic()
        self.link.open(
            unlock.device_id,
            cmd_id=unlock.id,
            door=unlock.door,
            nonce=challenge.nonce,
            boot_id=challenge.boot_id,
            by_job=unlock.emergency_id is not None,
        )
        self.reached("open.sent")

    # --- following

    def _follow(self, unlock: Unlock) -> None:
        match unlock.state:
            case UnlockState.AUTHORISED:
                self._ask_for_challenge(unlock)
            case UnlockState.SIGNED:
                self._wait_for_proof(unlock)
            case UnlockState.UNCERTAIN:
                self._ask_for_standing(unlock.device_id)

    def _ask_for_challenge(self, unlock: Unlock) -> None:
        if not rules.may_be_signed(unlock, service.moment(self.clock)):
            with self.sessions.begin() as session:
                verdict = Verdict(UnlockState.EXPIRED, "no_challenge_in_time")
                service.settle(session, session.get_one(Unlock, unlock.id), verdict, now=self.clock.now())
        elif self._is_due(self._prepared_at.get(unlock.id)):
            self._prepare(unlock)

    def _prepare(self, unlock: Unlock) -> None:
        self._prepared_at[unlock.id] = self.clock.monotonic()
        self.link.prepare(unlock.device_id, cmd_id=unlock.id, door=unlock.door)
        self.reached("prep.sent")

    def _wait_for_proof(self, unlock: Unlock) -> None:
        since_signed = self.clock.monotonic() - self._signed_at.get(unlock.id, 0.0)
        if since_signed > T_DEV_S + MARGIN_S:
            with self.sessions.begin() as session:
                service.move(session, session.get_one(Unlock, unlock.id), UnlockState.UNCERTAIN, now=self.clock.now())
        if unlock.pulsed_at is not None and since_signed > T_WATCH_S + MARGIN_S:
            self._ask_for_standing(unlock.device_id)

    def _ask_for_standing(self, device_id: str) -> None:
        question = self._questions.get(device_id)
        if self._is_due(question.asked_at if question else None):
            self._questions[device_id] = Question(q=new_id(), asked_at=self.clock.monotonic())
            self.link.ask(device_id, q=self._questions[device_id].q)

    def _settle_by_standing(self, session: Session, device: Device, standing: Standing, question: Question) -> None:
        if fleet_service.take_up_log(session, device, oldest_seq=standing.oldest_seq, now=self.clock.now()):
            service.doubt_all(session, device_id=device.id, now=self.clock.now())
        if standing.last_seq != device.last_seq:
            return  # its newest events are still on the road; they may say more
        for unlock in queries.unsettled(session):
            if unlock.device_id != device.id or self._signed_at.get(unlock.id, 0.0) >= question.asked_at:
                continue  # signed after we asked: the answer does not know of it
            if rules.can_settle(unlock, live=standing.live, dangling=standing.dangling):
                verdict = rules.verdict_of_silence(fleet.events_of(session, unlock.id))
                service.settle(session, unlock, verdict, now=self.clock.now())

    def _is_due(self, last: float | None) -> bool:
        return last is None or self.clock.monotonic() - last >= ASK_AGAIN_S

    def _forget_settled(self, unsettled: set[str]) -> None:
        for memory in (self._prepared_at, self._signed_at):
            for unlock_id in memory.keys() - unsettled:
                del memory[unlock_id]


def _answers(challenge: Challenge, unlock: Unlock) -> bool:
    """The challenge was made for this command, where and while one is wanted."""
    right_door = (unlock.device_id, unlock.door) == (challenge.device_id, challenge.door)
    return right_door and unlock.state is UnlockState.AUTHORISED
