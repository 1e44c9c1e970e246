"""The profiles say nothing that is not canonical, and the canonical table is the one that is promised."""

import msgspec
import pytest

from gateway.vendors import topics
from gateway.vendors.metrics import BOOLEANS, CANONICAL, can_tell, tell
from gateway.vendors.profile import Profile, Route, Take, named, profiles
from gateway.vendors.reading import _SHAPES

# What others rely on, unit by unit. Add to it; never change it.
PROMISED = {
    "°C": "temperature device_temperature dew_point",
    "%": "humidity battery brightness signal_quality",
    "hPa": "pressure",
    "lx": "illuminance",
    "ppm": "co2 eco2",
    "W": "power",
    "kWh": "energy energy_today energy_yesterday",
    "V": "voltage battery_voltage supply_voltage",
    "A": "current",
    "Hz": "frequency",
    "cm": "distance",
    "dBm": "rssi",
    "dB": "snr",
    "lqi": "link_quality",
    "s": "uptime",
    None: "power_factor occupancy open on water_leak tamper battery_low alarm input lock",
}


def test_the_canonical_table_is_the_promised_one():
    promised = {metric: unit for unit, metrics in PROMISED.items() for metric in metrics.split()}
    assert dict(CANONICAL) == promised
    assert set(PROMISED[None].split()) - {"power_factor", "lock"} == BOOLEANS


@pytest.mark.parametrize(
    ("metric", "value", "unit", "told"),
    [
        ("temperature", 70.7, "°F", 21.5),
        ("temperature", 294.65, "K", 21.5),
        ("energy", 1234.5, "Wh", 1.2345),
        ("energy", 2, "MWh", 2000),
        ("voltage", 3015, "mV", 3.015),
        ("pressure", 101325, "Pa", 1013.25),
        ("power", 1.5, "kW", 1500),
        ("current", 250, "mA", 0.25),
        ("distance", 1.5, "m", 150),
        ("uptime", 2, "h", 7200),
        ("temperature", 21, "°C", 21),
        ("co2", 400_000, "ppb", 400),
        ("power_factor", 95, "%", 0.95),
        ("voltage", 400_000, "µV", 0.4),
        ("pressure", 14.5, "psi", 999.739807),
        ("pressure", 101.3, "cbar", 1013),
        ("distance", 2, "yd", 182.88),
        ("energy", 1, "GJ", 277.777778),
    ],
)
def test_units_are_converted(metric, value, unit, told):
    assert tell(metric, value, unit) == told


@pytest.mark.parametrize(
    ("metric", "unit"),
    [("temperature", None), ("temperature", "%"), ("power", "kWh"), ("energy", "?"), ("humidity", "°C")],
)
def test_a_unit_of_something_else_is_refused(metric, unit):
    assert not can_tell(metric, unit)
    with pytest.raises(ValueError, match=f"for {metric}"):
        tell(metric, 1, unit)


def test_a_number_that_grows_too_large_by_conversion_is_refused():
    with pytest.raises(ValueError, match="too large"):
        tell("energy", 2**53, "MWh")


@pytest.mark.parametrize("profile", profiles().values(), ids=lambda profile: profile.name)
def test_every_profile_names_its_sources_and_can_be_called_by_any_of_its_names(profile):
    assert profile.sources
    for name in [profile.name, *profile.names, profile.name.upper(), profile.title]:
        assert named(name) is profile


@pytest.mark.parametrize("profile", profiles().values(), ids=lambda profile: profile.name)
def test_every_pattern_of_a_profile_can_be_matched_in_linear_time(profile):
    patterns = [*profile.guess, *(route.topic for route in profile.routes), *(r.seen for r in profile.rewrites)]
    for pattern in patterns:
        topics.match(pattern, "a/b/c")  # would raise for a second place without end


def test_every_shape_is_used_by_a_profile_and_read_by_the_interpreter():
    used = {route.read for profile in profiles().values() for route in profile.routes}
    assert used == set(_SHAPES)


@pytest.mark.parametrize(
    ("take", "wrong"),
    [
        (Take("heat"), "heat is not a metric"),
        (Take("temperature", unit="W"), "W is no unit of temperature"),
        (Take("lock", words={"x": "ajar"}), "a lock is one of"),
        (Take(), "neither a metric nor an event"),
    ],
)
def test_a_profile_that_is_not_canonical_is_refused_by_name(take, wrong):
    with pytest.raises(ValueError, match=f"maker: fields.x.*{wrong}"):
        Profile("maker", "Maker", [], ["https://example.org"], [], [], tables={"fields": {"x": take}})


def test_a_profile_that_names_no_table_of_its_own_is_refused():
    with pytest.raises(ValueError, match="reads a table that is not there"):
        Profile("maker", "Maker", [], ["https://example.org"], [], [Route("{device}", "object")])


def test_a_profile_with_a_word_that_means_nothing_is_refused():
    with pytest.raises(msgspec.ValidationError, match="colour"):
        msgspec.convert({"metric": "on", "colour": "red"}, Take)


def test_a_second_place_without_end_is_refused():
    with pytest.raises(ValueError, match="more than one place without end"):
        topics.match("{a+}/x/{b+}", "a/x/b")
