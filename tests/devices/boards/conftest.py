"""Rigs that are looked over when their test has ended: nothing may have burnt.

Where HEARTH_BOARD names a board the family suite has that one instead, and says what it could not try there.
"""

from pathlib import Path

import pytest

from tests.devices.boards import real_board
from tests.devices.boards.rig import RealRig, Rig

SUITE = Path(__file__).with_name("test_suite.py")


@pytest.fixture
def make_rig():
    """`make_rig(family, **as Rig)`: started."""
    rigs = []

    def make(name, **how):
        before_start = how.pop("before_start", lambda rig: None)
        board = real_board.named()
        rigs.append(RealRig(board, **how) if board else Rig(name, **how))
        before_start(rigs[-1])
        return rigs[-1].start()

    yield make
    for rig in rigs:
        rig.close()


def pytest_collection_modifyitems(items):
    if real_board.named():
        real_board.skip_what_is_pretended([item for item in items if item.path == SUITE])


def pytest_terminal_summary(terminalreporter):
    board = real_board.named()
    if board is None:
        return
    skipped = terminalreporter.getreports("skipped")
    tried = len(terminalreporter.getreports("passed")) + len(terminalreporter.getreports("failed"))
    terminalreporter.section(f"{board.family} at {board.url}: {tried} tried, {len(skipped)} for pretended boards alone")
    for report in skipped:
        terminalreporter.line(f"not tried: {report.nodeid.rpartition('::')[2]}")
