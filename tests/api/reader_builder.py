"""A kiosk's reader: the real node on a pretended plug, the real intake, and a post between that a test can hold."""

from devices.nodes.kiosk import Kiosk
from devices.nodes.locker_bank import Identity
from devices.parts.line_reader import LineReader
from devices.wire.signing import SigningKey
from devices.wire.topics import Channel
from firmware_sim.clockwork import Clockwork
from gateway import wiring
from gateway.fleet import service as fleet
from gateway.intake import Letter
from gateway.link.memory import MemoryCarriage
from tests.api.conftest import House

GATEWAY_KEY = SigningKey.generate()


class Plug:
    """Where the reader is plugged in."""

    def __init__(self):
        self.when_received = self.when_up = self.when_down = None

    def start(self):
        self.when_up()

    def close(self):
        pass


class Reader:
    """A kiosk node with one reader at a house whose gateway is in this process."""

    def __init__(self, house: House, device: str = "kiosk-1"):
        self.house = house
        self.clockwork = Clockwork(start_s=1000.0)
        self.plug = Plug()
        self.letters: list[Letter] = []  # everything the node ever said
        self.orders: list[tuple[str, bytes]] = []  # everything it was told
        self.is_held = False  # what the node says waits in the post
        self.identity = Identity(house.centre.settings.site, device, SigningKey.generate(), GATEWAY_KEY.public())
        before = house.centre.sessions.on_commit
        self.gateway = wiring.assemble(
            site=house.centre.settings.site,
            sessions=house.centre.sessions,
            clock=house.clock,
            key=GATEWAY_KEY,
            carriage=MemoryCarriage(self._told),
            pepper=lambda: house.centre.pepper,
        )
        house.centre.sessions.on_commit = before  # the house's own line tells the web side
        self.node = Kiosk(
            identity=self.identity,
            readers=[LineReader("card", self.plug, timers=self.clockwork)],
            timers=self.clockwork,
            outbox=self,
            boot_id="1" * 16,
        )
        self.node.start()
        self.node.connected()

    @property
    def device(self) -> str:
        return self.identity.device

    def approve(self):
        self.house.change(
            fleet.approve,
            device_id=self.device,
            fingerprint=self.identity.key.public().fingerprint(),
            actor="staff",
            now=self.house.clock.now(),
        )
        return self

    def stand_at(self, kiosk_id: str):
        """Bound to that kiosk by a technician."""
        answer = self.house.signed_in("s003").patch(f"/staff/kiosks/{kiosk_id}", {"device_id": self.device})
        assert answer.status_code == 200, answer.text
        return self

    def show(self, text: str) -> None:
        self.plug.when_received(f"{text}\r\n".encode())

    def pass_time(self, seconds: float) -> None:
        """For the node and for the house."""
        self.clockwork.advance(seconds)
        self.house.clock.advance(seconds=seconds)

    def send(self, topic, payload, *, qos, retain=False):
        letter = Letter(topic, payload)
        self.letters.append(letter)
        if not self.is_held:
            self.gateway.intake.receive([letter])

    def deliver_again(self) -> None:
        """Everything that was ever said, once more."""
        self.gateway.intake.receive([one for one in self.letters if not one.topic.endswith("/state")])

    def _told(self, said):
        if said.topic == self.identity.topic(Channel.CMD):
            self.orders.append((said.topic, said.payload))
            self.node.receive(said.topic, said.payload, retained=False)
