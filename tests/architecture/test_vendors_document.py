"""docs/vendors.md shows what `hearth vendor-read` really prints."""

import json
import re
from pathlib import Path

import pytest

from gateway.vendors.known import Known
from gateway.vendors.lines import translate
from gateway.vendors.metrics import CANONICAL
from gateway.vendors.profile import profiles
from gateway.vendors.results import Kind

PAGE = (Path(__file__).parents[2] / "docs" / "vendors.md").read_text()
EXAMPLES = re.findall(r"```sh\necho '(.*?)' \| hearth vendor-read\n```\n```json\n(.*?)```", PAGE, re.DOTALL)


def objects(text):
    """JSON objects one after the other, each over as many lines as it likes."""
    decoder, at, found = json.JSONDecoder(), 0, []
    while text[at:].strip():
        at += len(text[at:]) - len(text[at:].lstrip())
        value, at = decoder.raw_decode(text, at)
        found.append(value)
    return found


@pytest.mark.parametrize(("lines", "printed"), EXAMPLES)
def test_every_example_prints_what_the_page_says(lines, printed):
    known = Known()
    assert [json.loads(translate(known, line.encode())) for line in lines.splitlines()] == objects(printed)


def test_every_vendor_has_an_example():
    assert {said["vendor"] for _, printed in EXAMPLES for said in objects(printed)} == set(profiles())


def test_the_page_has_every_kind_and_every_metric_with_its_unit():
    assert set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)) == set(Kind)
    told = {}
    for metrics, units in re.findall(r"^\| ([a-z_0-9, ·]+) \| ([^|]+) \|$", PAGE, re.MULTILINE):
        groups, unit = metrics.split(" · "), units.split(" · ")
        for group, one in zip(groups, unit if len(unit) == len(groups) else unit * len(groups), strict=True):
            told |= dict.fromkeys(group.split(", "), one if one in CANONICAL.values() else None)
    assert {metric: told.get(metric, "missing") for metric in CANONICAL} == dict(CANONICAL)
