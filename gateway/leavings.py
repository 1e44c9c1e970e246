"""What a retired device left on the broker is taken away: the state that it had kept there.

As the announcer does, this asks the broker itself what stands there: a list of our own would be wrong after a kill.
"""

from typing import Final, Protocol

from devices.wire.topics import Address, Channel
from gateway.fleet import queries as fleet
from gateway.kit.db import Sessions

STATE: Final = f"/{Channel.STATE}"


class Carriage(Protocol):
    """The connection, as much of it as is needed."""

    def publish(self, topic: str, payload: bytes, *, qos: int, retain: bool = False) -> bool:
        """Send now or never."""


class Leavings:
    """`hear` is for the network's thread, `look` for the program's, once a second."""

    def __init__(self, sessions: Sessions, *, site: str, carriage: Carriage) -> None:
        self._sessions = sessions
        self._site = site
        self._carriage = carriage
        self._standing: set[str] = set()  # devices whose state stands on the broker, as it has told

    def hear(self, topic: str, payload: bytes) -> None:
        """What stands on a device's `state` now. Never waits."""
        device = topic.removesuffix(STATE).rpartition("/")[2]
        if payload:
            self._standing.add(device)
        else:
            self._standing.discard(device)

    def look(self) -> None:
        """Clear what those left who are retired; what is lost on the way is cleared the next time."""
        if not self._standing:
            return
        with self._sessions.read() as session:
            gone = fleet.retired_among(session, self._standing.copy())
        for device in gone:
            self._carriage.publish(str(Address(self._site, device, Channel.STATE)), b"", qos=1, retain=True)
