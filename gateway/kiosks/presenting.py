"""Hearing of a card: a reader says that there is one, is asked which, and has to answer at once.

How fresh an answer is shows by our own monotonic clock from the question on, and by the reader's for what was before;
so neither a slow broker nor one who repeats what was said can sign anybody in.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, Protocol

from gateway.credentials.passes import Pass
from gateway.credentials.pepper import Pepper
from gateway.credentials.rules import card_number
from gateway.kiosks import readers, rules
from gateway.kit.clock import Clock
from gateway.kit.db import Sessions

REST_S: Final = 0.3  # between two questions to one device: nobody shows two cards faster, and nobody makes us busy


class Asker(Protocol):
    """Speaks to readers. What cannot be sent now is lost."""

    def give(self, device_id: str, *, which: str, q: str) -> None:
        """Ask which card it is."""


@dataclass(frozen=True)
class _Question:
    which: str
    q: str
    asked_at: float  # monotonic


@dataclass
class Presenting:
    """On the engine's thread. One question a device at a time; the newest counts."""

    sessions: Sessions
    asker: Asker
    clock: Clock
    pepper: Callable[[], Pepper]
    _questions: dict[str, _Question] = field(default_factory=dict)  # by device
    _asked_at: dict[str, float] = field(default_factory=dict)

    def hear(self, device_id: str, *, which: str) -> bool:
        """Something is held to a reader: ask what. False: it is no kiosk's reader."""
        with self.sessions.read() as session:
            if readers.kiosk_at(session, device_id=device_id) is None:
                return False
        now = self.clock.monotonic()
        if now - self._asked_at.get(device_id, -REST_S) >= REST_S:
            question = _Question(which, secrets.token_hex(16), now)
            self._questions[device_id], self._asked_at[device_id] = question, now
            self.asker.give(device_id, which=which, q=question.q)
        return True

    def take(self, device_id: str, *, which: str, q: str, age_s: float, text: str) -> bool:
        """Offer to the kiosk's screen what a reader told. False: nobody had asked, or it is too long ago."""
        question = self._questions.get(device_id)
        if question is None or (question.which, question.q) != (which, q):
            return False
        del self._questions[device_id]
        age = timedelta(seconds=age_s + self.clock.monotonic() - question.asked_at)
        if age >= rules.OFFERED_FOR:
            return False
        return self._offer(device_id, text, age)

    def _offer(self, device_id: str, text: str, age: timedelta) -> bool:
        pepper, is_pass = self.pepper(), Pass.read(text) is not None
        code = text.upper()
        with self.sessions.begin() as session:
            kiosk = readers.kiosk_at(session, device_id=device_id)
            if kiosk is None:
                return False
            readers.present(
                session,
                kiosk=kiosk,
                # The same pass once more is the scanner's second delivery, and the screen knows it by that.
                handle=pepper.shown(kiosk.id, code) if is_pass else secrets.token_hex(32),
                card_hash=None if is_pass else pepper.card(card_number(text)),
                code=code if is_pass else None,
                at=self.clock.now() - age,
            )
        return True
