"""The barest gateway: it signs for whatever is asked, as the protocol says, and judges nothing."""

from itertools import count

from devices.wire import codec
from devices.wire.messages import ActorClass, Chal, Command, Eack, Event, EventKind, Open, Prep, Sync
from devices.wire.signing import SigningKey
from devices.wire.topics import Channel
from firmware_sim.building import Building

GATEWAY_KEY = SigningKey.generate()
DEVICE_KEY = SigningKey.generate()
GATEWAY_BOOT = "0" * 16


class Asker:
    """Asks doors to open and acknowledges events. It signs for every challenge: judgement is the real gateway's."""

    def __init__(self, building: Building) -> None:
        self.events: dict[int, Event] = {}
        self.states: list[tuple[bytes, bool]] = []
        self.syncs: list[Sync] = []
        self.acknowledges = True
        self.signs = True  # for every challenge, as soon as it comes
        self.challenges: list[Chal] = []
        self._building = building
        self._numbers = count(1)
        topics = [f"hearth/1/+/+/{channel}" for channel in (Channel.CHAL, Channel.EVT, Channel.STATE)]
        building.post.join("gateway", topics=topics, receive=self.receive)
        building.post.arrive("gateway")

    def open(self, door: int, device: str = "bank-a") -> str:
        """Ask; the name of the command is returned."""
        cmd_id = f"{next(self._numbers):032x}"
        self.say(device, Prep(cmd_id=cmd_id, door=door, gw_boot=GATEWAY_BOOT))
        return cmd_id

    def say(self, device: str, message: Command) -> None:
        topic = self._building.banks[device].identity.topic(Channel.CMD)
        self._building.post.send("gateway", topic, codec.encode_command(message, topic=topic, key=GATEWAY_KEY))

    def kinds(self) -> list[str]:
        """Of every event that arrived, in the order of the device's numbers."""
        return [str(self.events[seq].kind) for seq in sorted(self.events)]

    def receive(self, topic: str, payload: bytes, retained: bool) -> None:
        device = topic.split("/")[3]
        key = self._building.banks[device].identity.key.public()
        if topic.endswith("/state"):
            self.states.append((payload, retained))
        elif topic.endswith("/evt"):
            self._take_event(device, codec.decode_event(payload, topic=topic, key=key).msg)
        else:
            self._take_answer(device, codec.decode_answer(payload, topic=topic, key=key))

    def _take_event(self, device: str, event: Event) -> None:
        self.events[event.seq] = event
        without_gap = next(seq for seq in count(1) if seq + 1 not in self.events)
        if self.acknowledges and 1 in self.events:
            self.say(device, Eack(seq=without_gap))

    def _take_answer(self, device: str, answer: Chal | Sync) -> None:
        if isinstance(answer, Sync):
            self.syncs.append(answer)
            return
        self.challenges.append(answer)
        if self.signs:
            self.say(device, permission(answer))

    def refusals(self) -> list[str | None]:
        """The reasons of every refusal that arrived, in order."""
        return [self.events[seq].reason for seq in sorted(self.events) if self.events[seq].kind is EventKind.REFUSED]


def permission(challenge: Chal, *, door: int | None = None) -> Open:
    """What a gateway signs for a challenge; `door` when it is to be another than the challenge's."""
    return Open(
        cmd_id=challenge.cmd_id,
        door=door or challenge.door,
        nonce=challenge.nonce,
        dev_boot=challenge.dev_boot,
        pulse_ms=300,
        max_age_ms=5000,
        actor_class=ActorClass.MEMBER,
    )
