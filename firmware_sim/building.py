"""Banks, their doors and a network, on one clockwork."""

import secrets
from collections.abc import Callable, Mapping
from types import MappingProxyType

from devices.nodes.locker_bank import Identity
from devices.ports import EventLog
from devices.wire.messages import SecondKey
from devices.wire.signing import PublicKey, SigningKey
from devices.wire.topics import Channel
from firmware_sim.bank import Cabinet, SimulatedBank
from firmware_sim.clockwork import Clockwork
from firmware_sim.doors import Hands, SimulatedDoor
from firmware_sim.keys import KeyBox, KeyWiring
from firmware_sim.ledger import Ledger
from firmware_sim.pin_cabinet import PinCabinet, wire_doors
from firmware_sim.post import Post


class Building:
    """Banks, a network and a ledger on one clockwork: what a test of the whole protocol stands in.

    The gateway's side joins `post` by itself.
    """

    def __init__(self, *, gateway: PublicKey, site: str = "demo", start_s: float = 0.0) -> None:
        self.site = site
        self.clockwork = Clockwork(start_s)
        self.ledger = Ledger()
        self.post = Post(self.clockwork)
        self.banks: dict[str, SimulatedBank] = {}
        self._gateway = gateway

    def add_bank(
        self,
        device: str,
        *,
        doors: int = 2,
        cabinet: Cabinet | None = None,
        key: SigningKey | None = None,
        log: EventLog | None = None,
        hands: Hands | None = None,
        second_keys: Mapping[SecondKey, KeyWiring] = MappingProxyType({}),
        settle_s: float = 0.0,
        openings_per_minute: int = 6,
        random: Callable[[int], bytes] = secrets.token_bytes,
        reached: Callable[[str], None] = lambda step: None,
    ) -> SimulatedBank:
        """A bank with its line laid, and no power yet: it arrives on the post whenever it is powered on.

        `cabinet` None: one with `doors` doors on pins; `hands` and `settle_s` are that one's.
        """
        identity = Identity(self.site, device, key or SigningKey.generate(), self._gateway)
        bank = SimulatedBank(
            identity,
            cabinet or self._cabinet_on_pins(device, doors, hands, settle_s),
            keys=KeyBox(second_keys, physics=self.clockwork, settle_s=settle_s),
            timers=self.clockwork,
            outbox=self.post.outbox(device),
            log=log,
            openings_per_minute=openings_per_minute,
            random=random,
            reached=reached,
            when_powered=lambda is_on: self._powered(device, is_on=is_on),
        )
        self.post.join(
            device,
            topics=[identity.topic(Channel.CMD)],
            receive=bank.deliver,
            when_up=bank.connected,
            when_down=bank.disconnected,
            will=bank.will,
        )
        self.banks[device] = bank
        return bank

    def _cabinet_on_pins(self, device: str, doors: int, hands: Hands | None, settle_s: float) -> PinCabinet:
        return PinCabinet(
            device,
            wire_doors(doors),
            cutoff=self.clockwork,
            physics=self.clockwork,
            ledger=self.ledger,
            hands=hands,
            settle_s=settle_s,
        )

    def door(self, device: str, no: int) -> SimulatedDoor:
        """One door of one bank."""
        return self.banks[device].doors[no]

    def levels(self) -> Mapping[tuple[str, int], bool]:
        """Of every door, whether it stands open."""
        return {(name, no): door.is_open for name, bank in self.banks.items() for no, door in bank.doors.items()}

    def _powered(self, device: str, *, is_on: bool) -> None:
        if is_on:
            self.post.arrive(device)
        else:
            self.post.leave(device)
