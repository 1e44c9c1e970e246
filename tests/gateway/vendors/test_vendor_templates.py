"""The templates that Hearth reads."""

import pytest

from gateway.vendors.results import Unreadable
from gateway.vendors.templates import Said, evaluate, parse

SAID = (
    b'{"t": "21.46", "a": {"b c": [1, {"d": 7}]}, "n": null, "mv": 3015, "f": false, "s": " Up ", "bad": "unavailable"}'
)


@pytest.mark.parametrize(
    ("template", "value"),
    [
        ("{{ value_json.t }}", "21.46"),
        ("{{value_json['t']}}", "21.46"),
        ("{{- value_json.t | float | round(1) -}}", 21.5),
        ("{{ value_json.a['b c'][1].d }}", 7),
        ('{{ value_json["a"]["b c"][0] | int }}', 1),
        ("{{ value_json.mv / 1000 }}", 3.015),
        ("{{ (value_json.mv | float / 1000) | round(2) }}", 3.02),
        ("{{ (value_json.t | float - 32) * 5 / 9 }}", pytest.approx(-5.8556, abs=1e-4)),
        ("{{ value_json.t | multiply(10) | int }}", 214),
        ("{{ value_json.t | is_defined }}", "21.46"),
        ("{{ value_json.f }}", False),
        ("{{ value_json.s | trim | lower }}", "up"),
        ("{{ value_json.mv -1 }}", 3014),
        ("{{ value_json.t | float(default=0) | round(precision=1) }}", 21.5),
    ],
)
def test_paths_filters_and_one_calculation(template, value):
    assert evaluate(parse(template), Said(SAID)) == value


def test_the_bare_value():
    assert evaluate(parse("{{ value | float }}"), Said(b"7.5")) == 7.5


@pytest.mark.parametrize(
    "template",
    [
        "{{ value_json.missing | float(0) }}",
        "{{ value_json.n | default(0) | int }}",
        "{{ value_json.bad | float(0) }}",
        "{{ value_json.bad | float(default=0) }}",
        "{{ value_json.a['b c'][9] }}",
        "{{ value_json.n * 2 }}",
        "{{ value_json.t.deeper }}",
    ],
)
def test_what_is_not_there_is_unknown_whatever_default_the_maker_shows(template):
    value = evaluate(parse(template), Said(SAID))
    assert value is None


@pytest.mark.parametrize(
    "template",
    [
        "",
        "{{ value_json.t == 1 }}",
        "{{ value_json.t = 1 }}",
        "{{ }}",
        "{{ value_json.t",
        "{{ value_json. }}",
        "{{ value_json.t | }}",
        "{{ value_json.t | random }}",
        "{{ value_json.t + value_json.mv }}",
        "{{ value_json.t() }}",
        "{{ (value_json.t }}",
        "{{ value.t }}",
        "{{ other }}",
        "{{ value_json[x] }}",
        "{{ value_json.t + 1 * 2 }}",
        "{{ value_json.t / 10 | round(1) }}",
        "{{ value_json.t " + "| float" * 40 + " }}",
        "{{ value_json." + "a" * 600 + " }}",
    ],
)
def test_all_else_is_refused_with_a_reason(template):
    with pytest.raises(Unreadable, match="template"):
        parse(template)


@pytest.mark.parametrize(
    "template", ["{{ value_json.t / 0 }}", "{{ value_json.a | float }}", "{{ value_json.s | int }}"]
)
def test_a_calculation_that_cannot_be_is_unreadable(template):
    with pytest.raises(Unreadable):
        evaluate(parse(template), Said(SAID))
