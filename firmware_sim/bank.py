"""The real firmware among pretended doors: it can be rebooted, crashed between any two steps, and left in the dark."""

import secrets
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from devices.nodes.locker_bank import BoardPart, Door, Identity, LockerBank
from devices.ports import EventLog, Outbox, Timers
from firmware_sim.clockwork import Act, Lifetime
from firmware_sim.doors import SimulatedDoor
from firmware_sim.keys import KeyBox, PluggedKeys
from firmware_sim.memory_log import MemoryLog


class Plugged(Protocol):
    """What one run of the firmware finds of its doors."""

    @property
    def doors(self) -> Mapping[int, Door]:
        """Their parts."""

    @property
    def strike_lag_s(self) -> float:
        """So long after `pulse` has returned a strike may still act."""

    def parts(self) -> Sequence[BoardPart]:
        """The lock boards, as they are now; none where there are none."""

    def watch(self, when_changed: Callable[[], None]) -> None:
        """Be told when a board is lost, or answers again."""

    def look(self, when_seen: Callable[[], None]) -> None:
        """Find out how the doors stand; `when_seen` is called once, now or later."""

    def close(self) -> None:
        """The run is over."""


class Cabinet(Protocol):
    """Doors, and the hardware by which a node gets at them. It lives through every reboot."""

    @property
    def doors(self) -> Mapping[int, SimulatedDoor]:
        """For hands."""

    def plug(self, life: Timers) -> Plugged:
        """For a node that runs on `life`."""


class SimulatedBank:
    """One locker bank: a LockerBank node, the cabinet that it opens, and the power it runs on.

    Everything but `doors` is called on the node's thread. The same object lives through every reboot: doors,
    log and identity stay, the node and its RAM do not.
    """

    def __init__(
        self,
        identity: Identity,
        cabinet: Cabinet,
        *,
        timers: Timers,
        outbox: Outbox,
        keys: KeyBox | None = None,
        log: EventLog | None = None,
        openings_per_minute: int = 6,
        random: Callable[[int], bytes] = secrets.token_bytes,
        firmware: str = "simulated",
        reached: Callable[[str], None] = lambda step: None,
        when_powered: Callable[[bool], None] = lambda is_on: None,
    ) -> None:
        """Without power. `reached` sees each named step before the faults planned for it.

        `when_powered` is told whenever a node has seen its doors and begins its work, and when it ends.
        """
        self.identity = identity
        self.log = MemoryLog() if log is None else log
        self.steps: Counter[str] = Counter()
        self.starts = 0
        self.when_powered = when_powered
        self.doors = cabinet.doors
        self._cabinet = cabinet
        self._key_box = keys or KeyBox({}, physics=timers)
        self.keys = self._key_box.keys
        self._timers = timers
        self._outbox = outbox
        self.openings_per_minute = openings_per_minute
        self._random = random
        self._firmware = firmware
        self._observe = reached
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
        """Let the node look at its doors, and then start. Nothing when it runs."""
        if self._run is not None:
            return
        self.starts += 1
        run = self._run = self._assemble()
        self._guard(lambda: run.plugged.look(lambda: self._wake(run)))
        run.is_looking = True
        self._tell_awake(run)

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
        plugged, keys = self._cabinet.plug(life), self._key_box.plug(life)
        boot_id = self._random(8).hex()
        node = LockerBank(
            identity=self.identity,
            doors=plugged.doors,
            log=self.log,
            timers=life,
            outbox=self._outbox,
            boot_id=boot_id,
            firmware=self._firmware,
            openings_per_minute=self.openings_per_minute,
            strike_lag_s=plugged.strike_lag_s,
            boards=plugged.parts,
            second_keys=keys.inputs,
            random=self._random,
            reached=self._reached,
        )
        plugged.watch(node.boards_changed)
        return _Run(node, boot_id, life, plugged, keys)

    def _wake(self, run: "_Run") -> None:
        run.node.start()
        run.is_awake = True
        if run.is_looking:
            self._timers.call_soon(lambda: self._tell_awake(run))

    def _tell_awake(self, run: "_Run") -> None:
        if self._run is run and run.is_awake:  # it may have crashed at its first step
            self.when_powered(True)

    def _do(self, act: Callable[[LockerBank], None]) -> None:
        if self._run is not None and self._run.is_awake:
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
        run.plugged.close()
        run.keys.close()
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
    plugged: Plugged
    keys: PluggedKeys
    is_looking: bool = False  # the doors were not seen at once
    is_awake: bool = False


@dataclass
class _Plan:
    """A fault, `left` more times from now."""

    left: int
    act: Act


class _CrashError(BaseException):
    """The power is cut at this very point. No `except Exception` of the firmware may outlive that."""
