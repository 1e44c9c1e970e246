"""docs/wire.md says what the messages are."""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parents[2]


def test_the_wire_document_is_the_one_that_the_messages_give():
    told = subprocess.run([sys.executable, "tools/wire.py", "--check"], cwd=HERE, env={"PYTHONPATH": "."}, check=False)
    assert told.returncode == 0, "run `python tools/wire.py`"
