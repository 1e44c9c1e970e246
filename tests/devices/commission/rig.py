"""A cabinet that was wired in some way, a wizard, and a person who stands before it and tells what they see."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from devices.boards.bank import BoardBank
from devices.boards.families import family
from devices.commission import rules
from devices.commission.bench import Bench
from devices.commission.hardware import board_lines
from devices.commission.talk import Hung
from devices.commission.wizard import Wizard
from devices.commission.words import LANGUAGES, sentence
from devices.plans import board_plans, supplies
from devices.runtime import config as node_config
from devices.wire.signing import SigningKey
from firmware_sim.board_cabinet import BoardCabinet
from firmware_sim.board_lines import VirtualPort
from firmware_sim.clockwork import Clockwork

PORT = "/dev/ttyUSB0"
WAYS = {"cu48": 48, "cu16": 16, "8a": 4, "wkly": 4, "winnsen": 4, "waveshare": 8}
BOARDS = (1, 2)
DOORS = 6  # three a board
NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)

HEAD = """# bank-c, in the lobby
site = "demo"
device = "bank-c"
gateway_key = "{key}"

[broker]
host = "127.0.0.1"  # this house's
"""
BOARD = """
[[board]]  # the one behind door {first}
family = "{name}"
port = "{port}"  # the grey cable
address = {address}
first_door = {first}  # as ordered
doors = 3
{ways}"""


def straight():
    """Door 1 on the first board's channel 1, and so on: strikes and contacts alike."""
    return {(BOARDS[no // 3], no % 3 + 1): no + 1 for no in range(DOORS)}


@dataclass
class Wiring:
    """What the fitter has done. Doors are the printed numbers."""

    strikes: dict = field(default_factory=straight)
    contacts: dict | None = None
    reversed_contacts: tuple = ()
    shut_is: bool = True
    unusable: tuple = ()  # doors that no profile can make work

    def cabinet(self, name, timers, **more):
        return BoardCabinet(
            name,
            addresses=BOARDS,
            ways=WAYS[name],
            strikes=self.strikes,
            contacts=self.contacts,
            reversed_contacts=self.reversed_contacts,
            shut_is=self.shut_is,
            timers=timers,
            **more,
        )


def node_text(name, port=PORT):
    """As a fitter has it who trusts the wiring; polarity is left open."""
    ways = f"ways = {WAYS[name]}\n" if name in {"8a", "wkly", "winnsen"} else ""
    boards = [
        BOARD.format(name=name, port=port, address=address, first=1 + 3 * place, ways=ways)
        for place, address in enumerate(BOARDS)
    ]
    return HEAD.format(key=SigningKey.generate().public().text()) + "".join(boards)


class VirtualStage:
    """Everything on the test's own thread."""

    def __init__(self, clockwork):
        self.timers = clockwork

    def do(self, act):
        act()

    def wait(self, is_so, patience_s):
        gives_up = self.timers.now() + patience_s
        while not is_so() and self.timers.now() < gives_up:
            self.timers.advance_to(min(self.timers.next_due() or gives_up, gives_up))
        return is_so()


class Person:
    """Tells the printed number of whatever door stands open, and pushes it shut when asked."""

    def __init__(self, doors, *, count=DOORS, language="en", writes=True):
        self.doors = doors
        self.heard = []
        self.asked = []
        self.count = count
        self.language = language
        self.writes = writes
        self.leaves_after = None  # so many questions

    def say(self, what, /, **facts):
        self.heard.append((what, facts))
        for language in LANGUAGES:
            assert sentence(what, language, facts)
        if what == "shut":
            self.shut_everything()

    def phrase(self, what, /, **facts):
        return sentence(what, self.language, facts)

    def ask(self, what, /, **facts):
        if self.leaves_after is not None and len(self.asked) >= self.leaves_after:
            raise Hung
        self.asked.append(what)
        for language in LANGUAGES:
            assert sentence(what, language, facts)
        return self.answer(what)

    def answer(self, what):
        if what in {"door", "door_after_cut"}:
            return " ".join(str(no) for no, door in self.doors.items() if door.is_open) or "0"
        if what in {"shut_and_enter", "still_open", "shut_all"}:
            self.shut_everything()
        return {"who": "罗师傅", "count": str(self.count), "write": "y" if self.writes else "n"}.get(what, "")

    def shut_everything(self):
        for door in self.doors.values():
            door.shut()

    def troubles(self):
        """What was said to be wrong, by door."""
        return {facts["who"]: facts["trouble"] for what, facts in self.heard if what == "trouble"}


@dataclass
class Rig:
    """In virtual time."""

    name: str
    directory: Path
    wiring: Wiring = field(default_factory=Wiring)

    def __post_init__(self):
        self.file = self.directory / "node.toml"
        self.file.write_text(node_text(self.name))
        self.clockwork = Clockwork(start_s=1000.0)
        self.cabinet = self.wiring.cabinet(self.name, self.clockwork)
        self.person = Person(self.cabinet.doors)

    def commission(self, *, judge=rules.judge, reached=lambda step: None, **how):
        """Run the wizard as its program does."""
        stage = VirtualStage(self.clockwork)
        config = node_config.load(self.file)
        bench = Bench(board_lines(config, self.clockwork, self.open_port), stage)
        wizard = Wizard(
            file=self.file,
            device=config.device,
            bench=bench,
            talk=self.person,
            now=lambda: NOON,
            check=lambda text: node_config.parse(text, self.file, node_config.NodeConfig),
            judge=judge,
            reached=reached,
        )
        bench.start()
        try:
            return wizard.run(**how)
        finally:
            bench.close()
            self.clockwork.advance(5)

    def open_port(self, url, baud, timers):
        assert url == PORT
        return VirtualPort(self.cabinet.wires, baud=baud, timers=timers)

    def config(self):
        return node_config.load(self.file)

    def doors_of_the_firmware(self):
        """Every door of the profile, pulsed once by the firmware's own boards: the doors that did not do as told.

        A door must be seen shut, open alone when it is pulsed, and be seen open then.
        """
        config, life = self.config(), self.clockwork.timers()
        bank = BoardBank(board_plans(config), supplies=supplies(config), timers=life, open_port=self.open_port)
        bank.start(lambda: None)
        self.clockwork.advance(6)
        bad = {no for no, (_, contact) in bank.doors.items() if contact.level != "shut"}
        for no, (strike, contact) in bank.doors.items():
            strike.pulse(0.3)
            self.clockwork.advance(2)
            opened = [one for one, door in self.cabinet.doors.items() if door.is_open]
            seen = [one for one, (_, other) in bank.doors.items() if other.level == "open"]
            if not opened == seen == [no] or contact.level != "open":
                bad.add(no)
            self.person.shut_everything()
            self.clockwork.advance(3)
        bank.close()
        return set(bank.doors), bad

    def sheet(self):
        return (self.directory / "commission.html").read_text()

    def rows(self):
        """Of the sheet: each row's cells, as text."""
        rows = re.findall(r"<tr>(<td>.*?)</tr>", self.sheet())
        return [[re.sub(r"<[^>]*>", "|", cell) for cell in re.findall(r"<td>(.*?)</td>", row)] for row in rows]


def ways_of(name):
    return family(name, WAYS[name]).profile.ways
