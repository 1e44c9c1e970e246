"""What a lock board drives and feels, and what breaks when it is driven wrongly."""

from collections.abc import Callable

from devices.ports import Timer, Timers

COIL_BURNS_AFTER_S = 1.2  # cabinet solenoids are rated for 0.3 to 0.5 s; a second is the firmware's own limit


class Supply:
    """A power supply and the coils on it: it notes down whatever would have broken something."""

    def __init__(self, amperes: float) -> None:
        self.amperes = amperes
        self.harm: list[str] = []
        self.most_a = 0.0
        self._flowing_a = 0.0

    def draw(self, amperes: float, *, who: str) -> None:
        """A coil goes on (or, with a minus, off)."""
        self._flowing_a = round(self._flowing_a + amperes, 6)
        self.most_a = max(self.most_a, self._flowing_a)
        if self._flowing_a > self.amperes:
            self.harm.append(f"{who}: {self._flowing_a:g} A drawn from a supply of {self.amperes:g} A")

    def assert_unharmed(self) -> None:
        """Raises AssertionError with everything that was harmed."""
        if self.harm:
            raise AssertionError("; ".join(self.harm))


class Coil:
    """A strike's solenoid: it looks like a pin to a SimulatedDoor, and burns when it is held."""

    def __init__(self, who: str, *, supply: Supply, timers: Timers, amperes: float = 2.4) -> None:
        self.when_driven: Callable[[bool | None], None] | None = None
        self.is_on = False
        self._who = who
        self._supply = supply
        self._timers = timers
        self._amperes = amperes
        self._ending: Timer | None = None
        self._burning: Timer | None = None

    def energise(self, seconds: float | None) -> None:
        """Current for so long; None: until `release`. While on already, the new time counts from now."""
        if not self.is_on:
            self._switch(on=True)
            self._burning = self._timers.call_later(COIL_BURNS_AFTER_S, self._burn)
        if self._ending is not None:
            self._ending.cancel()
        self._ending = None if seconds is None else self._timers.call_later(seconds, self.release)

    def release(self) -> None:
        """No current. Nothing for a coil that is off."""
        if self.is_on:
            for timer in (self._ending, self._burning):
                if timer is not None:
                    timer.cancel()
            self._switch(on=False)

    def _switch(self, *, on: bool) -> None:
        self.is_on = on
        self._supply.draw(self._amperes if on else -self._amperes, who=self._who)
        if self.when_driven is not None:
            self.when_driven(on)

    def _burn(self) -> None:
        self._supply.harm.append(f"{self._who}: its coil has been on for {COIL_BURNS_AFTER_S:g} s and has burnt")


class Beam:
    """Across a compartment, from wall to wall: something stands in it, or not."""

    def __init__(self) -> None:
        self.is_broken = False
        self.stuck_at: bool | None = None  # what it shows whatever stands in it: dirt, or a dead receiver

    @property
    def shows(self) -> bool:
        """What the board feels: whether it is broken."""
        return self.is_broken if self.stuck_at is None else self.stuck_at


class Reed:
    """A contact's two wires, as a lock board feels them: true while the door is shut."""

    def __init__(self) -> None:
        self.is_closed = True
        self._has_come_off = False

    def wire(self, level: bool) -> None:
        """A SimulatedDoor shows low for shut."""
        self.is_closed = not level and not self._has_come_off

    def come_off(self) -> None:
        """From now on it feels open, whatever the door does."""
        self._has_come_off, self.is_closed = True, False

    def repair(self) -> None:
        """It feels the door again from its next move on."""
        self._has_come_off = False
