"""A pretended facility node that runs is asked for a day, lives it and runs on; told to stop, it says goodbye."""

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from devices.runtime import program
from devices.runtime.reading_store import SqliteReadings
from devices.wire.signing import SigningKey
from tests.firmware_sim.test_day import NODE

pytestmark = [pytest.mark.processes, pytest.mark.timeout(60)]


def test_a_node_that_runs_lives_the_hour_it_had_not_and_runs_on_until_it_is_told_to_stop(tmp_path):
    folder = tmp_path / "demo" / "node"
    folder.mkdir(parents=True)
    config = folder / "facility.toml"
    config.write_text(NODE.format(gateway=SigningKey.generate().public().text()))
    program.own_key(folder / "device.pem")
    SqliteReadings(folder / "readings.db").close()
    made = (datetime.now(UTC) - timedelta(hours=23)).timestamp()
    os.utime(folder / "device.pem", (made, made))
    simulator = [sys.executable, "-m", "firmware_sim"]
    node = subprocess.Popen([*simulator, "facility", "--config", str(config)], stdout=subprocess.PIPE, text=True)
    try:
        assert "key fingerprint" in node.stdout.readline()

        assert subprocess.run([*simulator, "day", "--centre", str(tmp_path)], check=False).returncode == 0

        assert node.stdout.readline().startswith("lived through 1.0 h ")
        assert "key fingerprint" in node.stdout.readline()
        node.send_signal(signal.SIGTERM)
        assert node.wait(30) == 0
    finally:
        node.kill()
        node.stdout.close()
        node.wait()
