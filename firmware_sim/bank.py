"""The real firmware among pretended doors: it can be rebooted, crashed between any two steps, and left in the dark."""

import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from devices.nodes.locker_bank import Door, Identity, LockerBank
from devices.parts.contact import Contact
from devices.parts.strike import Strike
from devices.ports import EventLog, Outbox, Timers
from firmware_sim.clockwork import Act, Lifetime
from firmware_sim.doors import SimulatedDoor
from firmware_sim.ledger import Ledger
from firmware_sim.memory_log import MemoryLog
from firmware_sim.pins import SolderedPins


@dataclass(frozen=True)
class Wiring:
    """To which pins a door is soldered."""

    no: int
    strike_pin: int
    contact_pin: int
    strike_active_high: bool = True
    contact_closed_is_low: bool = True


def wire_doors(count: int) -> list[Wiring]:
    """Doors 1 to `count`, on pins of their own."""
    return [Wiring(no, strike_pin=2 * no, contact_pin=2 * no + 1) for no in range(1, count + 1)]


@dataclass
class Hands:
    """How doors behave that say nothing else; see SimulatedDoor."""

    spring_s: float = 0.0
    bounce_s: Sequence[float] = ()
    closes_after_s: Callable[[], float] | None = None


class SimulatedBank:
    """One locker bank: a LockerBank node on mock pins, its doors, and the power it runs on.

    Everything but `doors` is called on the node's thread. The same object lives through every reboot: doors,
    log and identity stay, the node and its RAM do not.
    """

    def __init__(
        self,
        identity: Identity,
        *,
        wiring: Iterable[Wiring],
        timers: Timers,
        outbox: Outbox,
        ledger: Ledger,
        cutoff: Timers | None = None,
        physics: Timers | None = None,
        log: EventLog | None = None,
        hands: Hands | None = None,
        settle_s: float = 0.0,
        openings_per_minute: int = 6,
        random: Callable[[int], bytes] = secrets.token_bytes,
        firmware: str = "simulated",
        reached: Callable[[str], None] = lambda step: None,
        when_powered: Callable[[bool], None] = lambda is_on: None,
    ) -> None:
        """Without power. `cutoff` switches strikes off and `physics` moves doors; both are `timers` when not given.

        `reached` sees each named step before the faults planned for it; `when_powered` is told of every start and end.
        """
        hands = hands or Hands()
        self.identity = identity
        self.log = MemoryLog() if log is None else log
        self.steps: Counter[str] = Counter()
        self.starts = 0
        self.when_powered = when_powered
        self._wiring = list(wiring)
        self._timers = timers
        self._cutoff = cutoff or timers
        self._physics = physics or timers
        self._outbox = outbox
        self._settle_s = settle_s
        self._openings_per_minute = openings_per_minute
        self._random = random
        self._firmware = firmware
        self._observe = reached
        self._pins = SolderedPins()
        self.doors = {
            wired.no: SimulatedDoor(
                wired.no,
                device=identity.device,
                strike=self._pins.pin(wired.strike_pin),
                contact=self._pins.pin(wired.contact_pin),
                strike_active_high=wired.strike_active_high,
                contact_closed_is_low=wired.contact_closed_is_low,
                timers=self._physics,
                ledger=ledger,
                spring_s=hands.spring_s,
                bounce_s=hands.bounce_s,
                closes_after_s=hands.closes_after_s,
            )
            for wired in self._wiring
        }
        self._run: _Run | None = None
        self._plans: dict[str, list[_Plan]] = {}
        self._is_inside = False

    # --- power

    @property
    def is_running(self) -> bool:
        """Whether there is a node; one that hangs still is one."""
        return self._run is not None

    @property
    def boot_id(self) -> str:
        """Of this run. Raises RuntimeError without power."""
        return self._running.boot_id

    def power_on(self) -> None:
        """Start the node. Nothing when it runs."""
        if self._run is not None:
            return
        self.starts += 1
        self._run = self._assemble()
        self._guard(self._run.node.start)
        if self._run is not None:  # it may have crashed at its first step
            self.when_powered(True)

    def power_off(self) -> None:
        """Cut the power, here and now: in the middle of a step when the node is in one. Nothing without power."""
        if self._run is None:
            return
        if self._is_inside:
            raise _CrashError
        self._die()

    def reboot(self) -> None:
        """Off and on again."""
        self.power_off()
        self.power_on()

    def crash_at(self, step: str, *, nth: int = 1, back_after_s: float | None = None) -> None:
        """Cut the power at the `nth` coming time the node reaches `step`, once.

        It comes back `back_after_s` later; None: not by itself. Steps are named in devices/nodes/locker_bank.py.
        """
        self._plan(step, nth, lambda: self._crash(back_after_s))

    def stall_at(self, step: str, pause: Act, *, nth: int = 1) -> None:
        """At the `nth` coming time of `step`, stop the node there while `pause` lets time pass; it then goes on.

        The node's own timers wait; its strikes' cutoff does not.
        """
        self._plan(step, nth, lambda: self._stall(pause))

    def forget_plans(self) -> None:
        """Call off every crash and stall that has not happened."""
        self._plans.clear()

    def freeze(self) -> None:
        """The node hangs: messages and timers wait. Its strikes still go off."""
        self._running.life.hold()

    def thaw(self) -> None:
        """It goes on with everything that has waited. Nothing when it was rebooted meanwhile."""
        if self._run is not None:
            self._run.life.let_go()

    # --- the link

    def connected(self) -> None:
        """The link is up."""
        self._do(lambda node: node.connected())

    def disconnected(self) -> None:
        """The link is known to be down."""
        self._do(lambda node: node.disconnected())

    def deliver(self, topic: str, payload: bytes, retained: bool = False) -> None:
        """A message arrives. Without power nobody hears it."""
        self._do(lambda node: node.receive(topic, payload, retained=retained))

    def will(self) -> tuple[str, bytes]:
        """Topic and payload of the node's will. Raises RuntimeError without power."""
        return self._running.node.will()

    def stop(self) -> None:
        """An orderly end: the node says goodbye, then there is no power."""
        self._do(lambda node: node.stop())
        self.power_off()

    # --- inside

    @property
    def _running(self) -> "_Run":
        if self._run is None:
            raise RuntimeError(f"{self.identity.device} has no power")
        return self._run

    def _assemble(self) -> "_Run":
        life = Lifetime(self._timers, self._guard)
        parts = {wired.no: self._solder(wired, life) for wired in self._wiring}
        boot_id = self._random(8).hex()
        node = LockerBank(
            identity=self.identity,
            doors={no: Door(strike, contact) for no, (strike, contact) in parts.items()},
            log=self.log,
            timers=life,
            outbox=self._outbox,
            boot_id=boot_id,
            firmware=self._firmware,
            openings_per_minute=self._openings_per_minute,
            random=self._random,
            reached=self._reached,
        )
        return _Run(node, boot_id, life, parts)

    def _solder(self, wired: Wiring, life: Lifetime) -> tuple[Strike, Contact]:
        strike = Strike(
            wired.strike_pin, active_high=wired.strike_active_high, cutoff=self._cutoff, pin_factory=self._pins
        )
        contact = Contact(
            wired.contact_pin,
            closed_is_low=wired.contact_closed_is_low,
            settle_s=self._settle_s,
            timers=life,
            pin_factory=self._pins,
        )
        return strike, contact

    def _do(self, act: Callable[[LockerBank], None]) -> None:
        if self._run is not None:
            node = self._run.node
            self._run.life.run(lambda: act(node))

    def _guard(self, act: Act) -> None:
        """Everything the node does passes here, so that a crash ends exactly what it was doing."""
        if self._is_inside:
            act()  # within another act of the node, which ends with it
            return
        self._is_inside = True
        try:
            act()
        except _CrashError:
            self._die()
        finally:
            self._is_inside = False

    def _die(self) -> None:
        run, self._run = self._running, None
        run.life.end()
        for strike, contact in run.parts.values():
            contact.close()
            strike.close()
        self.when_powered(False)

    def _plan(self, step: str, nth: int, act: Act) -> None:
        self._plans.setdefault(step, []).append(_Plan(nth, act))

    def _reached(self, step: str) -> None:
        self.steps[step] += 1
        self._observe(step)
        plans = self._plans.get(step, [])
        for plan in list(plans):
            plan.left -= 1
            if plan.left == 0:
                plans.remove(plan)
                plan.act()

    def _crash(self, back_after_s: float | None) -> None:
        if back_after_s is not None:
            self._timers.call_later(back_after_s, self.power_on)
        raise _CrashError

    def _stall(self, pause: Act) -> None:
        life = self._running.life
        life.hold()
        pause()
        life.let_go()


@dataclass
class _Run:
    """What a power cut ends."""

    node: LockerBank
    boot_id: str
    life: Lifetime
    parts: dict[int, tuple[Strike, Contact]]


@dataclass
class _Plan:
    """A fault, `left` more times from now."""

    left: int
    act: Act


class _CrashError(BaseException):
    """The power is cut at this very point. No `except Exception` of the firmware may outlive that."""
