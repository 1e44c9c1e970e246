"""docs/hardware.md says what the configuration takes."""

import re
import tomllib
from pathlib import Path

import msgspec
import pytest

from devices.boards.families import FAMILIES, family
from devices.runtime.config import BoardConfig, SupplyConfig

PAGE = (Path(__file__).parents[2] / "docs" / "hardware.md").read_text()
EXAMPLES = [tomllib.loads(text) for text in re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)]


def test_every_example_is_a_configuration_and_each_bank_has_24_doors():
    banks = {}
    for example in EXAMPLES:
        msgspec.convert(example.get("supply", []), list[SupplyConfig])
        for board in msgspec.convert(example.get("board", []), list[BoardConfig]):
            ways = family(board.family, board.ways).profile.ways
            banks.setdefault(board.family, []).extend(range(board.first_door, board.first_door + (board.doors or ways)))
    assert banks == {name: list(range(1, 25)) for name in FAMILIES}


@pytest.mark.parametrize("key", BoardConfig.__struct_fields__)
def test_every_key_of_a_board_is_explained(key):
    assert f"`{key}`" in PAGE


@pytest.mark.parametrize("name", FAMILIES)
def test_the_table_says_what_the_family_says(name):
    profile = family(name).profile
    row = next(line for line in PAGE.splitlines() if line.startswith(f"| `{name}` |"))
    assert str(profile.baud) in row
    assert f"| {profile.addresses[0]} to {profile.addresses[-1]}" in row
    assert ("must be said" in row) is (profile.shut_is is None)
    assert re.search(r"\| (yes|no) \|", row)[1] == ("yes" if profile.words_are_answered else "no")


def test_the_usual_ways_stand_in_the_order_of_the_table():
    usual = ", ".join(str(family(name).profile.ways) for name in FAMILIES)
    assert f"| `ways` | {usual} in the table's order |" in PAGE


def test_the_bill_of_materials_has_as_many_boards_and_fuses_as_each_familys_example():
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if line.startswith("|")]
    families = next(row for row in rows if row[0] == "part")[1:]
    assert families == [f"`{name}`" for name in FAMILIES]
    boards = {
        name: sum(board["family"] == name for one in EXAMPLES for board in one.get("board", [])) for name in FAMILIES
    }
    for part in ("lock boards", "fuses"):
        found = next(row for row in rows if row[0].startswith(part))[1:]
        assert [int(re.match(r"\d+", cell)[0]) for cell in found] == list(boards.values())
    for part in ("locks, energise", "four-wire leads", "flyback diodes"):
        found = next(row for row in rows if row[0].startswith(part))[1:]
        assert {int(re.match(r"\d+", cell)[0]) for cell in found} == {24}
