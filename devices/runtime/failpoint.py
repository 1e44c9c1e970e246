"""A power cut at a chosen place, for the fault tests: HEARTH_KILL_AT names a step of an unlock."""

import os
import signal
from collections.abc import Callable

VARIABLE = "HEARTH_KILL_AT"


def from_environment() -> Callable[[str], None]:
    """For a node's or an engine's `reached`: SIGKILL to this process the moment it comes to the step that is named."""
    chosen = os.environ.get(VARIABLE)

    def reached(step: str) -> None:
        if step == chosen:
            os.kill(os.getpid(), signal.SIGKILL)

    return reached
