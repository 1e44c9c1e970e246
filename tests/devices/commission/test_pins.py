"""Doors on a Pi's own pins are learnt likewise: mock pins, the firmware's own strikes and contacts."""

import pytest

from devices.commission.bench import Bench, PinLines
from devices.commission.wizard import Wizard
from devices.parts.contact import Contact
from devices.parts.strike import Strike
from devices.runtime import config as node_config
from devices.wire.signing import SigningKey
from firmware_sim.doors import SimulatedDoor
from firmware_sim.ledger import Ledger
from firmware_sim.pins import SolderedPins
from tests.devices.commission.rig import HEAD, NOON, Person, VirtualStage

PINS = {1: (17, 27), 2: (22, 5), 3: (23, 6)}
DOOR = "\n[[doors]]  # {no}\nno = {no}\nstrike_pin = {strike}\ncontact_pin = {contact}\n"


class PinRig:
    """Three doors. `strikes` and `contacts`: to which pins of PINS each door is truly soldered."""

    def __init__(self, directory, clockwork, *, strikes=(1, 2, 3), contacts=(1, 2, 3), other_switch=()):
        self.file = directory / "node.toml"
        head = HEAD.format(key=SigningKey.generate().public().text())
        self.file.write_text(
            head + "".join(DOOR.format(no=no, strike=strike, contact=contact) for no, (strike, contact) in PINS.items())
        )
        self.clockwork, self.pins = clockwork, SolderedPins()
        self.doors = {
            no: SimulatedDoor(
                no,
                device="bank-c",
                strike=self.pins.pin(PINS[strikes[no - 1]][0]),
                contact=self.pins.pin(PINS[contacts[no - 1]][1]),
                contact_closed_is_low=no not in other_switch,
                timers=clockwork,
                ledger=Ledger(),
                spring_s=0.1,
            )
            for no in PINS
        }
        self.person = Person(self.doors, count=3)

    def parts(self):
        """As the file now says."""
        return {
            no: (
                Strike(door.strike_pin, cutoff=self.clockwork, pin_factory=self.pins),
                Contact(
                    door.contact_pin,
                    closed_is_low=door.contact_closed_is_low,
                    timers=self.clockwork,
                    pin_factory=self.pins,
                ),
                door.no,
            )
            for no, door in enumerate(node_config.load(self.file).doors, 1)
        }

    def commission(self):
        parts = self.parts()

        def close():
            for strike, contact, _ in parts.values():
                strike.close()
                contact.close()

        lines = PinLines({no: part[:2] for no, part in parts.items()}, self.clockwork, close)
        bench = Bench([lines], VirtualStage(self.clockwork))
        wizard = Wizard(
            file=self.file,
            device="bank-c",
            bench=bench,
            talk=self.person,
            now=lambda: NOON,
            check=lambda text: node_config.parse(text, self.file, node_config.NodeConfig),
        )
        bench.start()
        done = wizard.run()
        bench.close()
        return done


@pytest.mark.parametrize(
    "wiring",
    [
        {},
        {"strikes": (2, 3, 1), "contacts": (2, 3, 1)},
        {"contacts": (2, 1, 3)},
        {"contacts": (3, 1, 2), "other_switch": (2,)},
    ],
    ids=["straight", "other numbers", "a crossed pair", "a ring and a switch of the other kind"],
)
def test_doors_on_pins_work_as_the_file_then_says(tmp_path, clockwork, wiring):
    rig = PinRig(tmp_path, clockwork, **wiring)

    assert rig.commission()

    parts = rig.parts()
    assert {no for _, _, no in parts.values()} == set(PINS)
    for strike, contact, no in parts.values():
        assert contact.level == "shut"
        strike.pulse(0.3)
        clockwork.advance(1)
        assert (no, contact.level) == (no, "open")
        assert [one for one, door in rig.doors.items() if door.is_open] == [no]
        rig.doors[no].shut()
        clockwork.advance(1)
