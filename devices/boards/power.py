"""How much current may flow at once: a solenoid draws 2.4 A at 12 V, and a supply that sags opens nothing at all."""

from typing import Final

GAP_S: Final = 0.15  # after a pulse, until the supply has recovered

SUPPLY_A: Final = 3.0  # what a CU48 bears, and one solenoid at 12 V
LOCK_A: Final = 2.4  # KR-S99N at 12 V; 1.2 A at 24 V


class Supply:
    """One power domain. It only reckons: every pulse is asked for here before it is sent."""

    def __init__(self, amperes: float = SUPPLY_A, *, name: str = "main", gap_s: float = GAP_S) -> None:
        self.name = name
        self.amperes = amperes
        self.gap_s = gap_s
        self.promised_s = 0.0  # of pulses that wait for it, on whatever line, one after the other
        self._flowing: list[tuple[float, float]] = []  # until when, how many amperes

    def wait_s(self, amperes: float, now: float) -> float:
        """How long until so much more may flow; 0 when it may now. Raises ValueError when it never may."""
        if amperes > self.amperes:
            raise ValueError(f"{amperes:g} A can never flow from a supply of {self.amperes:g} A")
        flowing = sorted(one for one in self._flowing if one[0] > now)
        drawn = sum(drawn_a for _, drawn_a in flowing)
        for until, drawn_a in flowing:
            if drawn + amperes <= self.amperes:
                break
            drawn -= drawn_a
            if drawn + amperes <= self.amperes:
                return until - now
        return 0.0

    def take(self, amperes: float, seconds: float, now: float) -> None:
        """So much flows for so long from now on. Raises ValueError when it may not."""
        if self.wait_s(amperes, now) > 0:
            raise ValueError(f"{amperes:g} A more cannot flow from supply {self.name} now")
        self._flowing = [one for one in self._flowing if one[0] > now]
        self._flowing.append((now + seconds + self.gap_s, amperes))
