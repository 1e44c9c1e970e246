"""The ledger: what really happened, kept even when the process is killed."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from firmware_sim.ledger import Cause, Fact, Ledger, Pulse, What, read_ledger

ON = Fact(at=1.0, device="bank-a", door=1, what=What.STRIKE_ON)
OPENED = Fact(at=1.1, device="bank-a", door=1, what=What.OPENED, cause=Cause.STRIKE)
OFF = Fact(at=1.5, device="bank-a", door=1, what=What.STRIKE_OFF)
OTHER_ON = Fact(at=1.2, device="bank-b", door=1, what=What.STRIKE_ON)


def test_facts_are_told_by_device_and_door():
    ledger = Ledger()
    for fact in (ON, OPENED, OTHER_ON, OFF):
        ledger.write(fact)
    assert ledger.facts() == [ON, OPENED, OTHER_ON, OFF]
    assert ledger.facts("bank-b") == [OTHER_ON]
    assert ledger.facts("bank-a", 2) == []
    assert ledger.openings("bank-a") == [OPENED]


def test_a_pulse_is_from_on_to_off_of_the_same_strike():
    ledger = Ledger()
    for fact in (ON, OTHER_ON, OFF):
        ledger.write(fact)
    assert ledger.pulses() == [Pulse("bank-a", 1, 1.0, 1.5), Pulse("bank-b", 1, 1.2, None)]


def test_a_file_holds_the_same_facts_and_is_added_to_by_the_next_run(tmp_path: Path):
    path = tmp_path / "ledger.jsonl"
    for facts in ([ON, OPENED], [OFF]):
        ledger = Ledger(path)
        for fact in facts:
            ledger.write(fact)
        ledger.close()
    assert read_ledger(path) == [ON, OPENED, OFF]


def test_lines_of_many_threads_do_not_tear(tmp_path: Path):
    path = tmp_path / "ledger.jsonl"
    ledgers = [Ledger(path), Ledger(path)]  # as two processes would
    writers = [threading.Thread(target=lambda one=one: [one.write(OPENED) for _ in range(50)]) for one in ledgers]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    for ledger in ledgers:
        ledger.close()
    assert read_ledger(path) == [OPENED] * 100


def test_a_killed_process_leaves_what_it_wrote(tmp_path: Path):
    path = tmp_path / "ledger.jsonl"
    program = (
        "import os, sys, signal, pathlib\n"
        "from firmware_sim.ledger import *\n"
        "ledger = Ledger(pathlib.Path(sys.argv[1]))\n"
        "ledger.write(Fact(at=1.0, device='bank-a', door=1, what=What.STRIKE_ON))\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(path)], check=False, env=dict(os.environ))
    assert done.returncode == -signal.SIGKILL
    assert read_ledger(path) == [ON]


def test_a_line_that_is_no_fact_is_not_passed_over(tmp_path: Path):
    path = tmp_path / "ledger.jsonl"
    path.write_text('{"at": 1, "device": "a", "door": 1, "what": "flew"}\n')
    with pytest.raises(ValueError, match="flew"):
        read_ledger(path)
