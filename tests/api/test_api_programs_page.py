"""docs/programs.md: each of its examples, asked in order, answers what stands under it."""

import json
import re
import shlex
from datetime import timedelta
from pathlib import Path

from tests.api.conftest import HOST, PASSWORD
from tests.api.test_api_staff_page import agrees
from tests.centre_builder import a_space

PAGE = (Path(__file__).parents[2] / "docs" / "programs.md").read_text()
EXAMPLE = re.compile(r"```sh\n(?P<asked>curl .*?)```\n```json\n(?P<told>.*?)```", re.DOTALL)


def curl(browser, command):
    """What curl would ask, asked."""
    words = iter(shlex.split(command.replace("\\\n", " "))[1:])
    headers, body, url = {}, None, ""
    for word in words:
        match word:
            case "-H":
                name, _, value = next(words).partition(": ")
                headers[name] = value
            case "--json":
                body = json.loads(next(words))
            case _:
                assert word.startswith(f"{HOST}/api/v1/"), word
                url = word.removeprefix(f"{HOST}/api/v1")
    more = {} if body is None else {"body": body}
    return browser.ask("GET" if body is None else "POST", url, headers=headers, **more)


def test_every_example_on_the_programs_page_answers_what_stands_under_it(house):
    house.change(a_space, "piano", name_zh="琴房", name_en="Piano room")
    phone = house.signed_in()
    wish = {"space_id": "piano", "starts_at": "2026-11-23T05:00:00Z", "ends_at": "2026-11-23T06:00:00Z"}
    assert phone.post("/bookings", wish, key="before").status_code == 201
    ends_at = (house.clock.now() + timedelta(days=30)).isoformat()
    made = phone.post("/tokens", {"label": "x", "rights": ["act", "open"], "ends_at": ends_at, "password": PASSWORD})
    known = {"$TOKEN": made.json()["token"], "$CENTRE": HOST, "{rental}": house.rent("10001")["id"]}
    examples = list(EXAMPLE.finditer(PAGE))
    for example in examples:
        asked = example["asked"]
        for name, value in known.items():
            asked = asked.replace(name, value)
        answer = curl(house.browser(), asked)
        assert agrees(json.loads(example["told"]), answer.json(), known), (asked, answer.json())
    assert {"{booking}", "{unlock}"} <= known.keys()
    assert len(examples) == PAGE.count("```sh")
