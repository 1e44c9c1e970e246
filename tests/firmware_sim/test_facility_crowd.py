"""People who come and go before a pretended facility node are seen by the real parts, each the right way."""

import msgspec
import pytest

from devices.nodes.load import Load
from devices.nodes.passage import Passage, Way
from devices.parts.switch import Switch
from devices.runtime.config import BrokerConfig
from devices.runtime.facility_config import AirConfig, BeamsConfig, FacilityConfig, MeterConfig, SwitchConfig
from firmware_sim.clockwork import Clockwork
from firmware_sim.crowd import FRESH_PPM, PPM_EACH, Crowd
from firmware_sim.pins import SolderedPins


class Doorway:
    """A crowd before real parts, in virtual time."""

    def __init__(self, *, broken_is_low):
        self.clockwork, self.pins = Clockwork(), SolderedPins()
        self.beams = BeamsConfig(name="door", outer_pin=17, inner_pin=27, broken_is_low=broken_is_low)
        motion = SwitchConfig(name="hall", means="motion", pin=13, on_is_low=False)
        self.motion = motion
        self.config = config = FacilityConfig(
            site="demo",
            device="hall",
            gateway_key="x",
            broker=BrokerConfig(host="127.0.0.1", port=1883),
            beams=(self.beams,),
            switch=(motion, SwitchConfig(name="cellar", means="water_leak", pin=5)),
            meter=(MeterConfig(name="mains", pin=22),),
        )
        self.ways, self.seen, self.pulses, self.leaks = [], [], [], []
        self.left = 0
        self.crowd = Crowd(config, self.pins, pause=self.pause)
        passage = Passage()
        self.switch(17, low=broken_is_low).when_changed = lambda on: self.ways.append(passage.outer(on))
        self.switch(27, low=broken_is_low).when_changed = lambda on: self.ways.append(passage.inner(on))
        self.switch(13, low=False).when_changed = self.seen.append
        self.switch(22, low=True).when_changed = self.pulses.append
        self.switch(5, low=True).when_changed = self.leaks.append
        self.pause(1.0)

    def switch(self, pin, *, low):
        return Switch(pin, on_is_low=low, settle_s=0.005, timers=self.clockwork, pin_factory=self.pins)

    def pause(self, seconds):
        self.clockwork.advance(seconds=seconds)
        self.left -= 1
        return self.left < 0

    def walked(self):
        self.pause(1.0)
        return [way for way in self.ways if way is not None]


@pytest.fixture(params=[True, False], ids=["broken is low", "broken is high"])
def doorway(request):
    return Doorway(broken_is_low=request.param)


def test_who_comes_is_counted_in_and_who_goes_out(doorway):
    doorway.crowd.come(doorway.beams)
    doorway.crowd.come(doorway.beams)
    doorway.crowd.go(doorway.beams)

    assert doorway.walked() == [Way.IN, Way.IN, Way.OUT]
    assert doorway.crowd.inside == 1


def test_whoever_walks_is_seen(doorway):
    doorway.crowd.come(doorway.beams)

    doorway.walked()
    assert (doorway.seen, doorway.pulses, doorway.leaks) == ([True, False], [], [])


@pytest.mark.parametrize(
    ("people", "least_w", "most_w"), [(0, 50, 500), (1, 1_000, 2_500), (15, 1_800, 3_500), (60, 3_000, 6_000)]
)
def test_a_house_draws_some_kilowatts_while_people_are_there_and_some_hundred_watts_at_night(
    doorway, people, least_w, most_w
):
    crowd = Crowd(doorway.config, doorway.pins, pause=doorway.pause, there={"door": people})
    load = Load(1000, now=0.0)  # as its plate says
    for minute in range(60):
        before = len(doorway.pulses)
        crowd.draw(60.0, is_lit=people > 0)
        doorway.pause(1.0)
        for _ in range(len(doorway.pulses[before:]) // 2):
            load.pulse(minute * 60.0)

    assert least_w <= load.watts(59 * 60.0) <= most_w


def test_the_house_draws_as_much_however_many_go_through_its_doors(doorway):
    """Those who pass make no electricity: a busy door once said 16 kW."""
    doorway.left = 2_000
    doorway.crowd.live(every_s=20.0)

    went_s, pulses = doorway.clockwork.now(), len(doorway.pulses) // 2
    kilowatts = pulses / 1000 * 3_600 / went_s
    assert len(doorway.ways) > 100
    assert 0.2 < kilowatts < 5


def test_whoever_goes_on_from_the_first_place_is_no_longer_there(doorway):
    """A second doorway, with an air sensor behind it as behind the first."""
    pool = BeamsConfig(name="pool", outer_pin=2, inner_pin=3)
    air = (AirConfig(name="hall-air", chip="scd41"), AirConfig(name="pool-air", chip="scd30"))
    config = msgspec.structs.replace(doorway.config, beams=(doorway.beams, pool), air=air)
    crowd = Crowd(config, doorway.pins, pause=doorway.pause)

    for beams in (doorway.beams, doorway.beams, doorway.beams, pool, pool):
        crowd.come(beams)
    crowd.go(pool)

    assert crowd.there == {"door": 2, "pool": 1}
    assert crowd.inside == 3
    assert [crowd.air(one.chip).read()["co2"] for one in air] == [FRESH_PPM + 2 * PPM_EACH, FRESH_PPM + PPM_EACH]


def test_nobody_goes_who_has_not_come_however_long_it_lasts(doorway):
    doorway.left = 400
    doorway.crowd.live(every_s=5.0)

    ways = doorway.walked()
    balance = [ways[: n + 1].count(Way.IN) - ways[: n + 1].count(Way.OUT) for n in range(len(ways))]
    assert len(ways) > 20
    assert min(balance) >= 0
    assert balance[-1] == doorway.crowd.inside
