"""A lamp or a buzzer on one output pin."""

from gpiozero.output_devices import DigitalOutputDevice
from gpiozero.pins import Factory

from devices.ports import Timer, Timers


class SignalLamp:
    """Off from construction on; for a buzzer "on" is a tone. Use it on the node's thread only."""

    def __init__(
        self, pin: int, *, active_high: bool = True, timers: Timers, pin_factory: Factory | None = None
    ) -> None:
        """`pin` by GPIO number. Raises OSError when it cannot be had."""
        self._timers = timers
        self._turning: Timer | None = None
        try:
            self._output = DigitalOutputDevice(
                pin, active_high=active_high, initial_value=False, pin_factory=pin_factory
            )
        except Exception as error:  # the pin libraries' errors have no common base
            raise OSError(f"pin {pin} cannot be used: {error}") from error

    def on(self) -> None:
        """For good."""
        self._hold()
        self._output.on()

    def off(self) -> None:
        """For good."""
        self._hold()
        self._output.off()

    def blink(self, seconds: float) -> None:
        """On and off, each for so long, until told otherwise."""
        self.on()
        self._turning = self._timers.call_later(seconds, lambda: self._turn(seconds))

    def flash(self, seconds: float) -> None:
        """On for so long, then off."""
        self.on()
        self._turning = self._timers.call_later(seconds, self.off)

    def close(self) -> None:
        """Off, and the pin given back. Safe to repeat."""
        self._hold()
        if not self._output.closed:
            self._output.off()
            self._output.close()

    def _turn(self, seconds: float) -> None:
        self._output.toggle()
        self._turning = self._timers.call_later(seconds, lambda: self._turn(seconds))

    def _hold(self) -> None:
        if self._turning is not None:
            self._turning.cancel()
            self._turning = None
