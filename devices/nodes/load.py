"""How many watts flow through a meter, told by when its pulses come. Pure: no pins, no clock of its own."""

from typing import Final

_J_A_KWH: Final = 3_600_000.0
NOTHING_W: Final = 1.0  # less than that is told as nothing


class Load:
    """Of one meter. All times are seconds of a clock that only goes on."""

    def __init__(self, pulses_per_kwh: float, *, now: float) -> None:
        self._j_a_pulse = _J_A_KWH / pulses_per_kwh
        self._told_to: float | None = None  # the newest pulse that was told of; None: none has come yet
        self._newest = now
        self._pulses = 0  # since `_told_to`
        self._mean_w: float | None = None

    def pulse(self, now: float) -> None:
        """So much energy again has flown."""
        if self._told_to is None:
            self._told_to = now
        else:
            self._pulses += 1
        self._newest = now

    def watts(self, now: float) -> float | None:
        """The mean over the pulses since this was last asked; while none comes, no more than what brings none yet.

        None: there is nothing to tell it from, before two pulses have come.
        """
        if self._told_to is not None and self._newest > self._told_to:
            self._mean_w = self._pulses * self._j_a_pulse / (self._newest - self._told_to)
            self._told_to, self._pulses = self._newest, 0
        waited_s = now - self._newest
        most_w = self._j_a_pulse / waited_s if waited_s > 0 else None
        if most_w is not None and most_w < NOTHING_W:
            return 0.0
        told = [one for one in (self._mean_w, most_w) if one is not None]
        return None if self._mean_w is None else round(min(told), 1)
