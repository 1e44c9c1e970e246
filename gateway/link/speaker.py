"""Says the gateway's few sentences: signs each for the one topic it may travel on, and hands it on."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from devices.wire import codec
from devices.wire.messages import ActorClass, Command, Eack, Give, Open, Prep, Rack, Show, Sreq
from devices.wire.signing import SigningKey
from devices.wire.topics import GATEWAY, Address, Channel
from gateway.link.port import Carriage

PULSE_MS: Final = 400  # long enough for a cabinet solenoid, short enough not to heat it (docs/hardware.md)
MAX_AGE_MS: Final = 5000  # T_DEV
EXPIRY_S: Final = 5  # a second fence, in the broker; the first is the device's own challenge


@dataclass(frozen=True)
class Speaker:
    """Speaks `unlock/1`. Everything to a device goes at QoS 0 and is never retained: what is late must be lost.

    Only that readings are kept is as true later, and a lamp harms nobody.
    """

    carriage: Carriage
    site: str
    key: SigningKey
    gw_boot: str

    def prepare(self, device_id: str, *, cmd_id: str, door: int) -> None:
        """Ask for a challenge."""
        self._say(device_id, Prep(cmd_id=cmd_id, door=door, gw_boot=self.gw_boot))

    def open(self, device_id: str, *, cmd_id: str, door: int, nonce: str, boot_id: str, by_job: bool = False) -> None:
        """Give the one permission."""
        message = Open(
            cmd_id=cmd_id,
            door=door,
            nonce=nonce,
            dev_boot=boot_id,
            pulse_ms=PULSE_MS,
            max_age_ms=MAX_AGE_MS,
            actor_class=ActorClass.JOB if by_job else ActorClass.MEMBER,
        )
        self._say(device_id, message)

    def ask(self, device_id: str, *, q: str) -> None:
        """Ask a device where it stands."""
        self._say(device_id, Sreq(q=q))

    def acknowledge(self, device_id: str, *, seq: int) -> None:
        """Its events up to `seq` are committed."""
        self._say(device_id, Eack(seq=seq))

    def acknowledge_readings(self, device_id: str, *, store: str, seq: int) -> None:
        """Its messages of readings up to `seq` of that store are kept.

        That stays so, however late it is heard: it needs no fence, which is most of what it costs to hand a word on.
        """
        self._say(device_id, Rack(store=store, seq=seq), expiry_s=None)

    def give(self, device_id: str, *, which: str, q: str) -> None:
        """Ask a kiosk's reader which card or code that is."""
        self._say(device_id, Give(id=which, q=q))

    def show(self, device_id: str, *, alarm: bool, beep: bool, for_s: int) -> None:
        """Have a lamp show whether somebody should come, for so many seconds."""
        self._say(device_id, Show(alarm=alarm, beep=beep, for_s=for_s), expiry_s=None)

    def tell(self, kind: str, what: Mapping[str, Any]) -> None:
        """Say what has changed to whoever shows it: plain, for the API only (the broker sees to that)."""
        topic = str(Address(self.site, GATEWAY, Channel.LIVE, kind))
        body = json.dumps({"v": 1, "kind": kind, **what}, ensure_ascii=False)
        self.carriage.publish(topic, body.encode(), qos=0)

    def _say(self, device_id: str, message: Command, *, expiry_s: int | None = EXPIRY_S) -> None:
        topic = str(Address(self.site, device_id, Channel.CMD))
        payload = codec.encode_command(message, topic=topic, key=self.key)
        self.carriage.publish(topic, payload, qos=0, expiry_s=expiry_s)
