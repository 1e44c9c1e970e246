"""The challenges a device has made and not yet seen used: in RAM only, so that a restart forgets them."""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass

from devices.wire.messages import T_DEV_S, Reason

YOUNG_S = T_DEV_S / 2  # old enough to be replaced, young enough to be answered
MOST_ALIVE = 8  # more commands than that at one cabinet within T_DEV are not a member's doing


@dataclass(frozen=True)
class Challenge:
    """A nonce, for one command at one door."""

    cmd_id: str
    door: int
    nonce: str
    made_at: float  # seconds on the node's monotonic clock

    def left_s(self, now: float) -> float:
        """For how much longer the device may act upon it."""
        return max(0.0, self.made_at + T_DEV_S - now)

    def is_stale(self, now: float) -> bool:
        """Older than the device may act upon."""
        return now - self.made_at > T_DEV_S


class ChallengeRefused(ValueError):
    """An `open` that no live challenge answers to."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


class Challenges:
    """Makes nonces and takes each back once.

    A nonce is HMAC-SHA256(device secret, boot id, counter, hardware random), cut to 128 bits: unique even if the
    hardware's randomness fails.
    """

    def __init__(self, *, secret: bytes, boot_id: str, random: Callable[[int], bytes]) -> None:
        self._secret = secret
        self._boot_id = boot_id
        self._random = random
        self._made = 0
        self._alive: dict[str, Challenge] = {}

    def make(self, cmd_id: str, door: int, now: float) -> Challenge:
        """The command's challenge: fresh, or the same again while it is young, as its answer may be on its way.

        The oldest of too many is forgotten.
        """
        self.forget_stale(now)
        made = self._alive.pop(cmd_id, None)
        if made is not None and made.door == door and now - made.made_at <= YOUNG_S:
            self._alive[cmd_id] = made
            return made
        while len(self._alive) >= MOST_ALIVE:
            self._alive.pop(next(iter(self._alive)))
        self._made += 1
        seed = b"|".join([self._boot_id.encode(), str(self._made).encode(), self._random(16)])
        nonce = hmac.new(self._secret, seed, hashlib.sha256).hexdigest()[:32]
        challenge = Challenge(cmd_id, door, nonce, now)
        self._alive[cmd_id] = challenge
        return challenge

    def take(self, *, cmd_id: str, nonce: str, door: int, now: float) -> Challenge:
        """The challenge that `nonce` answers, never to be taken again. Raises ChallengeRefused with the reason."""
        challenge = self._alive.get(cmd_id)
        if challenge is None or not hmac.compare_digest(challenge.nonce, nonce):
            raise ChallengeRefused(Reason.NO_CHALLENGE)
        self._forget(cmd_id)
        if challenge.door != door:
            raise ChallengeRefused(Reason.WRONG_DOOR)
        if challenge.is_stale(now):
            raise ChallengeRefused(Reason.STALE)
        return challenge

    def alive(self, now: float) -> list[str]:
        """The commands whose challenge could still be used."""
        self.forget_stale(now)
        return list(self._alive)

    def forget_stale(self, now: float) -> None:
        """Drop what is too old to be acted upon."""
        for cmd_id in [c.cmd_id for c in self._alive.values() if c.is_stale(now)]:
            self._forget(cmd_id)

    def _forget(self, cmd_id: str) -> None:
        self._alive.pop(cmd_id, None)
