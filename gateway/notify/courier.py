"""Sends an envoy with each message: a process of its own, that is stopped when it takes too long.

So whatever a far server or a library does, the gateway neither waits for it nor holds what it needs for an opening: no
thread that cannot be stopped, no memory that is not given back. Messages are few: storms are folded before.
"""

import json
import os
import subprocess
import sys
import threading
from dataclasses import asdict
from typing import Final

from gateway.notify.port import Parcel

PATIENCE_S: Final = 30.0  # shorter than the lease of a message that is being sent


class EnvoyCourier:
    """The real courier. Safe to call from several threads."""

    def __init__(self, *, patience_s: float = PATIENCE_S) -> None:
        self._patience_s = patience_s
        self._out: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()
        self._is_stopped = False

    def send(self, parcel: Parcel) -> str | None:
        """None when the other end has it; else why not."""
        environ = {name: value for name, value in os.environ.items() if not name.startswith(("HEARTH_", "NOTIFY_"))}
        with self._lock:
            if self._is_stopped:
                return "the gateway is being stopped"
            envoy = subprocess.Popen(
                [sys.executable, "-m", "gateway.notify"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # libraries print addresses there
                env=environ,
            )
            self._out.add(envoy)
        try:
            said, _ = envoy.communicate(json.dumps(asdict(parcel)).encode(), timeout=self._patience_s)
        except subprocess.TimeoutExpired:
            return f"no end of it within {self._patience_s:.0f} s"
        finally:
            envoy.kill()
            envoy.communicate()
            with self._lock:
                self._out.discard(envoy)
        if envoy.returncode == 0:
            return None
        return said.decode(errors="replace") or f"the envoy ended with {envoy.returncode}"

    def stop(self) -> None:
        """Call the envoys back."""
        with self._lock:
            self._is_stopped = True
            for envoy in self._out:
                envoy.kill()
