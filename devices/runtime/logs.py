"""Where log lines go. A journal that is stuck must not hold up a door, so nobody who logs waits for it."""

import atexit
import logging
from logging.handlers import QueueHandler, QueueListener
from queue import SimpleQueue

_TALKATIVE = ("alembic", "apscheduler", "httpx")  # what they tell at every step is of no use to who runs a centre


def log_to_stderr(level: int = logging.INFO) -> None:
    """Send everything to standard error from a thread of its own. Call once, first."""
    lines: SimpleQueue[logging.LogRecord] = SimpleQueue()
    writer = logging.StreamHandler()
    writer.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    listener = QueueListener(lines, writer)
    listener.start()
    atexit.register(listener.stop)
    # Not basicConfig: it would give the handler a format of its own, and each line would stand there twice.
    logging.root.addHandler(QueueHandler(lines))
    logging.root.setLevel(level)
    for library in _TALKATIVE:
        logging.getLogger(library).setLevel(logging.WARNING)
