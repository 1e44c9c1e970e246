"""What is held to a pretended reader, by a word or through its pipe, comes to the real one."""

import os
import queue

import pytest

from devices.parts.line_reader import LineReader
from firmware_sim.kiosk import LiveKiosk
from tests.asker import GATEWAY_KEY
from tests.devices.conftest import PATIENCE_S

NODE = f"""
site = "demo"
device = "kiosk-node"
gateway_key = "{GATEWAY_KEY.public().text()}"
[broker]
host = "127.0.0.1"
port = 9
[[reader]]
name = "card"
port = "/dev/serial0"
"""


@pytest.fixture
def kiosk(tmp_path, monkeypatch):
    (tmp_path / "kiosk.toml").write_text(NODE, encoding="utf-8")
    kiosk = LiveKiosk(tmp_path / "kiosk.toml")
    kiosk.news = queue.Queue()
    monkeypatch.setattr(kiosk._connection, "start", lambda: None)  # there is no broker
    monkeypatch.setattr(kiosk._connection, "stop", lambda: None)
    kiosk.start()
    [reader] = kiosk._node._readers
    assert isinstance(reader, LineReader)
    kiosk._mailbox.call_soon(lambda: setattr(reader.shown, "when_read", kiosk.news.put))
    kiosk._mailbox.call_soon(
        lambda: setattr(reader, "when_changed", lambda: kiosk.news.put("lost" if reader.is_lost else "there"))
    )
    yield kiosk
    kiosk.stop()


def test_a_card_may_be_held_there_by_a_word_and_the_reader_pulled_out(kiosk):
    assert kiosk.follow(["hold", "card", "0012345678"]) == "ok kiosk-node hold card 0012345678"
    assert kiosk.news.get(timeout=PATIENCE_S) == "0012345678"
    kiosk.follow(["pull", "card"])
    kiosk.follow(["hold", "card", "11111111"])
    kiosk.follow(["push", "card"])

    assert [kiosk.news.get(timeout=PATIENCE_S) for _ in range(2)] == ["lost", "there"]
    assert kiosk.follow(["hold", "scanner", "1"]).startswith("error kiosk-node hold scanner 1: expected")


def test_what_is_written_to_its_pipe_is_held_to_it_a_line_each(kiosk, tmp_path):
    for text in ("0012345678", "11111111"):
        pipe = os.open(tmp_path / "card", os.O_WRONLY)
        os.write(pipe, f"{text}\n".encode())
        os.close(pipe)

    assert [kiosk.news.get(timeout=PATIENCE_S) for _ in range(2)] == ["0012345678", "11111111"]


def test_its_pipe_is_gone_when_it_ends(kiosk, tmp_path):
    kiosk.stop()

    assert not (tmp_path / "card").exists()
