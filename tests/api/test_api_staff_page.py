"""docs/staff.md: each of its examples, asked in order, answers what stands under it."""

import base64
import json
import re
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.facility.watch import Watch
from gateway.fleet import service as fleet
from gateway.fleet.rules import Presentation
from gateway.kit.ids import new_boot_id
from gateway.maintenance import assets
from gateway.telemetry.store import Letter, Value, now_ms
from tests.centre_builder import FINGERPRINT, KEY, a_device, a_photo, a_space

PAGE = (Path(__file__).parents[2] / "docs" / "staff.md").read_text()
ASKED = r"```http\n(?P<verb>[A-Z]+) (?P<path>\S+)\n(?P<body>.*?)```"
EXAMPLE = re.compile(ASKED + r"(?:\n```json\n(?P<told>.*?)```)?", re.DOTALL)
ANYTHING = "…"


@pytest.fixture
def house(house):
    """A piano room, a node that measures its air and feels a leak, and one that nobody has let in yet."""
    now = house.clock.now()
    (house.centre.directory / "data").mkdir()
    store = house.app.state.desk.readings
    store.prepare()
    said = [(600.0, 50), (640.0, 10)]
    store.keep(
        [
            Letter("air-1", "0" * 16, no, 1, now_ms(now - timedelta(minutes=ago)), [Value("air", "co2", value)])
            for no, (value, ago) in enumerate(said, start=1)
        ]
    )
    store.roll_up(now_ms=now_ms(now))

    def furnish(session):
        a_space(session, "piano", name_zh="琴房", name_en="Piano room")
        a_device(session, "air-1", doors=0)
        waits = Presentation(
            device_id="air-2",
            online=True,
            boot_id=new_boot_id(),
            kind="facility",
            public_key=KEY,
            fingerprint=FINGERPRINT,
            doors=0,
        )
        fleet.note_presence(session, waits, now=now)
        assets.take_up_all(session, now=now)
        letter = {"device": "plug-9", "channel": "reading", "fault": "malformed", "detail": "", "payload": b"{oops"}
        fleet.note_dead_letter(session, **letter, now=now, count=3)

    house.change(furnish)
    return house


def happens_between(house, path):
    """What the examples tell of and no request brings about."""
    if path.startswith("/staff/usage?"):
        wish = {"space_id": "piano", "starts_at": "2026-11-22T05:00:00Z", "ends_at": "2026-11-22T06:00:00Z"}
        assert house.signed_in("10001").post("/bookings", wish, key="piano").status_code == 201
    if path.startswith("/staff/alerts?"):
        house.clock.advance(hours=1, minutes=5)
        now = house.clock.now()
        leak = Letter("air-1", "0" * 16, 9, 1, now_ms(now), [Value("floor", "water_leak", 1.0)])
        house.change(Watch().note, [leak], now=now)


def agrees(told, answer, known):
    """Whether all that is told is in the answer. A name in braces is learnt, or is what was learnt before."""
    if told == ANYTHING:
        return answer is not None
    if isinstance(told, dict):
        return isinstance(answer, dict) and all(key in answer and agrees(told[key], answer[key], known) for key in told)
    if isinstance(told, list):
        return all(any(agrees(one, other, known) for other in answer) for one in told)
    if isinstance(told, str) and re.fullmatch(r"\{\w+\}", told):
        return known.setdefault(told, answer) == answer
    return told == answer


def test_every_example_on_the_staffs_page_answers_what_stands_under_it(house):
    known = {"{photo}": base64.b64encode(a_photo()).decode()}
    examples = list(EXAMPLE.finditer(PAGE))
    for example in examples:
        verb, path, body = example["verb"], example["path"], example["body"].strip()
        for name, value in known.items():
            path, body = path.replace(name, value), body.replace(name, value)
        happens_between(house, path)
        more = {"body": json.loads(body)} if body else {}
        answer = house.signed_in("s001").ask(verb, path, **more)
        assert answer.status_code in (200, 201), (path, answer.text)
        if example["told"]:
            assert agrees(json.loads(example["told"]), answer.json(), known), (path, answer.json())
    assert {"{air}", "{leak}", "{channel}", "{door}", "{order}"} <= known.keys()


def test_no_section_of_the_staffs_page_is_without_an_example():
    _, *sections = PAGE.split("\n## ")
    assert len(sections) == 9
    assert all(EXAMPLE.search(section) for section in sections)
    assert len(EXAMPLE.findall(PAGE)) == PAGE.count("```http")
