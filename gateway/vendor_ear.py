"""A connection of its own for off-the-shelf devices: what they say stands in no unlock's way, and cannot reach one.

It is the user they all share, so the broker gives it everything but what is ours.
"""

from typing import Final

from devices.runtime.mqtt import Connection, Incoming
from gateway.broker import VENDORS
from gateway.telemetry.store import Letter
from gateway.vendor_intake import VendorIntake

ALL: Final = "#"


class VendorEar:
    """Start and stop it beside the gateway; `letters` is for the recorder's thread."""

    def __init__(self, intake: VendorIntake, *, site: str, host: str, port: int, password: str) -> None:
        self._intake = intake
        self._connection = Connection(
            client_id=f"{site}-{VENDORS}",
            host=host,
            port=port,
            username=VENDORS,
            password=password,
            subscriptions=[(ALL, 0)],
            from_before=[ALL],
            # Makers let the broker keep what is news too; only what was there before we came is history.
            retained_as_published=False,
            ping_topic=f"{VENDORS}/{site}/ping",
            on_message=self._hear,
        )

    def start(self) -> None:
        """Begin, and go on whether or not there is a broker."""
        self._connection.start()

    def stop(self) -> None:
        """Hear no more."""
        self._connection.stop()

    def letters(self) -> list[Letter]:
        """What approved devices have measured. Topics of those that are gone are cleared, bridges told who may join."""
        letters = self._intake.letters()
        for topic in self._intake.to_clear():
            self._connection.publish(topic, b"", qos=0, retain=True)
        for topic, payload in self._intake.requests():
            self._connection.publish(topic, payload, qos=0)
        return letters

    def _hear(self, message: Incoming) -> None:
        self._intake.hear(message.topic, message.payload, retained=message.retained)
