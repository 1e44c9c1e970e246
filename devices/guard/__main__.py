"""The guard itself: `python -m devices.guard FD PLAN`, started by `devices.guard.process` only.

One request is one packet of words on the socket FD, and so is its answer: `pulse NO SECONDS BEFORE` (BEFORE: a moment
of CLOCK_BOOTTIME after which it must not be followed), `off NO`, `is_on NO`.
"""

import json
import logging
import signal
import socket
import sys
from collections.abc import Mapping

from devices.guard.process import FOLLOWED, LONGEST_REQUEST, Plan
from devices.parts.strike import Strike
from devices.runtime.logs import log_to_stderr
from devices.runtime.mailbox import Mailbox

log = logging.getLogger("devices.guard")


def main(fd: str, plan: str) -> None:
    """Follow the parent until it is gone."""
    for ignored in (signal.SIGINT, signal.SIGTERM):  # meant for the parent, whose going ends this too
        signal.signal(ignored, signal.SIG_IGN)
    log_to_stderr()
    cutoff = Mailbox("cutoff")
    cutoff.start()
    with socket.socket(fileno=int(fd)) as parent:
        try:
            strikes = _take_pins(json.loads(plan), cutoff)
        except OSError as error:
            parent.send(str(error).encode()[:LONGEST_REQUEST])
            return
        parent.send(FOLLOWED)
        try:
            while request := parent.recv(LONGEST_REQUEST):
                parent.send(_follow(request.decode().split(), strikes, cutoff.now()).encode())
        except OSError:
            log.warning("the firmware is gone")
        finally:
            for strike in strikes.values():
                strike.close()


def _take_pins(plan: Plan, cutoff: Mailbox) -> dict[int, Strike]:
    strikes = {}
    for no, pin, active_high in plan["strikes"]:
        strikes[no] = Strike(pin, active_high=active_high, max_on_s=plan["max_on_s"], cutoff=cutoff)
        strikes[no].when_switched = lambda on, no=no: log.info("strike %d %s", no, "on" if on else "off")
    return strikes


def _follow(words: list[str], strikes: Mapping[int, Strike], now: float) -> str:
    """Do one thing and say how it went: `ok`, `on`, `off`, or why not."""
    strike = strikes[int(words[1])]
    try:
        match words:
            case ["pulse", _, seconds, before]:
                if now > float(before):
                    return "asked too long ago"
                strike.pulse(float(seconds))
            case ["off", _]:
                strike.off()
            case _:
                return "on" if strike.is_on else "off"
    except OSError as error:
        return str(error)
    return FOLLOWED.decode()


if __name__ == "__main__":
    main(*sys.argv[1:])
