"""A signed `open`, through a locker bank's own firmware, over a serial line to a board, to the contact and back."""

import pytest

from devices.boards.bank import BoardBank, BoardPlan
from devices.boards.bus import FIRST_LOOK_S, LAG_S
from devices.boards.families import FAMILIES
from devices.nodes.locker_bank import Door, Identity, LockerBank
from devices.wire import codec
from devices.wire.messages import T_DEV_S, EventKind, Health, Level, Sreq
from devices.wire.topics import Channel
from firmware_sim.board_cabinet import BoardCabinet
from firmware_sim.board_lines import VirtualPort
from firmware_sim.building import Building
from firmware_sim.lock_boards import BoardFault
from firmware_sim.memory_log import MemoryLog
from tests.asker import DEVICE_KEY, GATEWAY_KEY, Asker, permission
from tests.devices.boards.rig import WAYS

NAMES = sorted(FAMILIES)
every_family = pytest.mark.parametrize("name", NAMES)


class BankOnBoards:
    """`bank-a` of a building, on two boards; it can be switched off and on again."""

    def __init__(self, name, *, faults=lambda wires: None):
        self.building = Building(gateway=GATEWAY_KEY.public())
        self.clockwork = self.building.clockwork
        self.ways = WAYS[name]
        addresses = [1, 2]
        self.cabinet = BoardCabinet(name, addresses=addresses, ways=self.ways, timers=self.clockwork)
        faults(self.cabinet.wires)
        self.plans = [
            BoardPlan(family=name, port="line", address=address, first_door=1 + place * self.ways, shut_is=True)
            for place, address in enumerate(addresses)
        ]
        self.identity = Identity("demo", "bank-a", DEVICE_KEY, GATEWAY_KEY.public())
        self.log = MemoryLog()
        self.building.banks["bank-a"] = self
        self.building.post.join(
            "bank-a",
            topics=[self.identity.topic(Channel.CMD)],
            receive=self.deliver,
            when_up=self.connected,
            will=self.will,
        )
        self.starts = 0
        self.asker = Asker(self.building)
        self.power_on()

    def deliver(self, topic, payload, retained):
        self.node.receive(topic, payload, retained=retained)

    def connected(self):
        self.node.connected()

    def will(self):
        return self.node.will()

    def power_on(self):
        self.starts += 1
        life = self.clockwork.timers()
        self.life = life
        self.boards = BoardBank(
            self.plans,
            supplies={},
            timers=life,
            open_port=lambda url, baud, timers: VirtualPort(self.cabinet.wires, baud=baud, timers=timers),
        )
        self.node = LockerBank(
            identity=self.identity,
            doors={no: Door(strike, contact) for no, (strike, contact) in self.boards.doors.items()},
            log=self.log,
            timers=life,
            outbox=self.building.post.outbox("bank-a"),
            boot_id=f"{self.starts:016x}",
            strike_lag_s=LAG_S,
            boards=self.boards.parts,
        )
        self.boards.when_changed = self.node.boards_changed
        seen = []
        self.boards.start(lambda: seen.append(True))
        self.clockwork.advance(FIRST_LOOK_S)
        assert seen
        self.node.start()
        self.building.post.arrive("bank-a")
        self.clockwork.advance(0.5)

    def power_off(self):
        self.life.end()
        self.boards.close()
        self.building.post.leave("bank-a", noticed_after_s=0)

    def events(self, *, of=None):
        told = [self.asker.events[seq] for seq in sorted(self.asker.events)]
        return [event.kind for event in told if of is None or event.cmd_id == of]


@pytest.fixture
def make_bank():
    banks = []

    def make(name, **how):
        banks.append(BankOnBoards(name, **how))
        return banks[-1]

    yield make
    for bank in banks:
        bank.cabinet.supply.assert_unharmed()


@every_family
def test_a_signed_open_opens_its_door_and_the_contact_proves_it(make_bank, name):
    bank = make_bank(name)
    door = bank.ways + 3

    asked = bank.asker.open(door)
    bank.clockwork.advance(2)

    assert bank.events(of=asked) == [EventKind.INTENT, EventKind.DONE, EventKind.DOOR_OPEN]
    assert [no for no in bank.cabinet.doors if bank.cabinet.doors[no].is_open] == [door]

    bank.cabinet.doors[door].shut()
    bank.clockwork.advance(4)
    assert bank.events()[-1] == EventKind.DOOR_CLOSED


@every_family
def test_a_door_that_is_levered_open_is_reported_forced(make_bank, name):
    bank = make_bank(name)
    bank.cabinet.doors[2].force()
    bank.clockwork.advance(4)
    assert bank.events()[-1] == EventKind.FORCED


@every_family
def test_an_echo_of_the_unlock_is_no_door_open(make_bank, name):
    bank = make_bank(name, faults=lambda wires: wires.afflict(BoardFault.LOCAL_ECHO))
    bank.cabinet.doors[1].jam()

    asked = bank.asker.open(1)
    bank.clockwork.advance(10)

    assert bank.events(of=asked) == [EventKind.INTENT, EventKind.DONE]


@every_family
def test_a_door_on_a_dead_board_is_refused_and_certainly_stays_shut(make_bank, name):
    bank = make_bank(name, faults=lambda wires: wires.boards[0].faults.add(BoardFault.DEAD))

    asked = bank.asker.open(1)
    other = bank.asker.open(bank.ways + 1)
    bank.clockwork.advance(5)

    assert bank.events(of=asked) == [EventKind.INTENT, EventKind.REFUSED]
    assert bank.events(of=other)[-1] == EventKind.DOOR_OPEN
    assert bank.asker.refusals() == ["strike"]
    assert bank.cabinet.pulses(1) == 0


@every_family
def test_of_a_door_whose_board_died_in_the_act_nobody_says_that_it_stayed_shut(make_bank, name):
    bank = make_bank(name)
    asked = bank.asker.open(1)
    bank.clockwork.run_until_idle(0)
    while not bank.cabinet.pulses(1):
        bank.clockwork.advance(0.002)
    bank.cabinet.wires.boards[0].faults.add(BoardFault.DEAD)
    bank.clockwork.advance(6)

    assert bank.cabinet.doors[1].is_open
    assert bank.events(of=asked) == [EventKind.INTENT, EventKind.DONE, EventKind.POSSIBLE]
    bank.asker.say("bank-a", Sreq(q="0" * 32))
    bank.clockwork.advance(1)
    assert bank.asker.syncs[-1].doors["1"] is Level.UNKNOWN


@every_family
def test_of_a_door_whose_board_sticks_in_the_act_nobody_says_that_it_stayed_shut(make_bank, name):
    """A winnsen board is lost only after the watch has ended: the contact must not stand as it was before the pulse."""
    bank = make_bank(name, faults=lambda wires: wires.afflict(BoardFault.BUSY_STUCK))

    asked = bank.asker.open(1)
    bank.clockwork.advance(4)

    assert bank.cabinet.doors[1].is_open
    assert bank.events(of=asked)[-1] == (EventKind.DOOR_OPEN if name == "cu16" else EventKind.POSSIBLE)


@every_family
def test_a_door_that_opened_in_the_dark_is_found_and_one_that_stood_open_is_no_news(make_bank, name):
    bank = make_bank(name)
    bank.asker.open(1)
    bank.clockwork.advance(3)
    bank.power_off()
    bank.cabinet.doors[2].force()
    before = len(bank.asker.events)

    bank.power_on()
    bank.clockwork.advance(2)

    told = [bank.asker.events[seq] for seq in sorted(bank.asker.events)][before:]
    assert [(event.kind, event.door) for event in told] == [(EventKind.BOOT, None), (EventKind.FORCED, 2)]


@every_family
def test_a_board_that_was_away_at_the_start_and_comes_back_with_a_door_open_as_before_forces_nothing(make_bank, name):
    bank = make_bank(name)
    bank.asker.open(1)
    bank.clockwork.advance(3)
    bank.power_off()
    bank.cabinet.wires.boards[0].faults.add(BoardFault.DEAD)
    bank.power_on()
    before = len(bank.asker.events)

    bank.cabinet.wires.boards[0].faults.clear()
    bank.clockwork.advance(40)

    assert bank.boards.doors[1][1].level == "open"
    assert len(bank.asker.events) == before


@every_family
def test_nothing_opens_later_than_a_permission_lasts_however_long_a_pulse_has_to_wait(make_bank, name):
    """The wait for the line and the supply is taken off the permission's age beforehand."""
    for age_s in (T_DEV_S - LAG_S - 0.05, T_DEV_S - LAG_S + 0.05, T_DEV_S - 0.05):
        bank = make_bank(name)
        bank.asker.signs = False
        bank.asker.open(1)
        bank.asker.open(2)
        made_at = bank.clockwork.now()
        bank.clockwork.advance(age_s)
        for challenge in bank.asker.challenges:
            bank.asker.say("bank-a", permission(challenge))
        bank.clockwork.advance(10)
        pulses = bank.cabinet.ledger.pulses()
        assert all(pulse.at - made_at <= T_DEV_S + 0.02 for pulse in pulses)  # the word's own time on the line
        assert len(pulses) == (2 if age_s < T_DEV_S - LAG_S else 0)


@every_family
def test_a_board_that_falls_silent_is_told_of_with_its_doors_and_so_is_its_return(make_bank, name):
    bank = make_bank(name)

    def newest():
        state = codec.decode_state(bank.asker.states[-1][0])
        return [(part.health, *part.doors) for part in state.parts], state.doors

    first, second = (1, bank.ways), (bank.ways + 1, 2 * bank.ways)
    assert newest()[0] == [(Health.OK, first), (Health.OK, second)]

    bank.cabinet.wires.boards[1].faults.add(BoardFault.DEAD)
    bank.clockwork.advance(30)
    parts, doors = newest()
    assert parts == [(Health.OK, first), (Health.LOST, second)]
    assert (doors["1"], doors[str(second[0])]) == (Level.SHUT, Level.UNKNOWN)

    bank.cabinet.wires.boards[1].faults.discard(BoardFault.DEAD)
    bank.clockwork.advance(60)
    assert newest()[0] == [(Health.OK, first), (Health.OK, second)]
    assert set(newest()[1].values()) == {Level.SHUT}
