"""Judgements of the unlock protocol: plain values in, an answer out."""

from collections.abc import Collection, Sequence
from typing import NamedTuple, Protocol

from gateway.unlocking.model import AFTER_SIGNING, Unlock, UnlockState

T_GW_S = 8.0  # from the request, the gateway may sign
T_DEV_S = 5.0  # from its challenge, the device may act; so nothing opens later than 13 s after it was asked for
T_WATCH_S = 3.0  # from its pulse, the device counts an opening as the command's
MARGIN_S = 0.3  # for the road, before we go and ask
DEADLINE_S = T_GW_S + T_DEV_S


SETTLING = frozenset({"door_open", "inferred", "done", "possible", "refused"})  # kinds of event that can end a command


class Moment(NamedTuple):
    """Now, on both clocks."""

    wall_s: float  # POSIX seconds
    mono_s: float
    host_boot: str


class Told(Protocol):
    """What these rules read of a device's event."""

    kind: str
    reason: str | None
    level_before: str | None


class Verdict(NamedTuple):
    """How a command ended, and the code that says why where there is a why."""

    state: UnlockState
    code: str = ""


def age_s(unlock: Unlock, now: Moment) -> float:
    """How long ago it was asked for: on the monotonic clock of the same machine, else by the wall clocks.

    A wall clock that runs backwards tells nothing, so such a request counts as too old.
    """
    if unlock.host_boot == now.host_boot:
        return now.mono_s - unlock.requested_mono
    by_the_wall = now.wall_s - unlock.requested_at.timestamp()
    return by_the_wall if by_the_wall >= 0 else float("inf")


def may_be_signed(unlock: Unlock, now: Moment) -> bool:
    """The request is young enough for the gateway."""
    return age_s(unlock, now) <= T_GW_S


def verdict_of_event(event: Told, earlier: Collection[Told]) -> Verdict | None:
    """What one event says of its command, given the events of that command before it; None when it settles nothing."""
    match event.kind:
        case "door_open" | "inferred":
            return Verdict(UnlockState.OPENED)
        case "done":
            return _already_open(earlier)
        case "possible":
            return _already_open(earlier) or Verdict(UnlockState.POSSIBLE)
        case "refused" if _is_conclusive(event, earlier):
            return Verdict(UnlockState.NOT_OPENED, event.reason or "")
    return None


def verdict_of_silence(events: Sequence[Told]) -> Verdict:
    """What a command's events say when its device has no more to tell: it holds no challenge and watches no pulse."""
    kinds = {event.kind for event in events}
    if "done" in kinds:
        return _already_open(events) or Verdict(UnlockState.NOT_OPENED, "no_edge")
    return Verdict(UnlockState.NOT_OPENED, "lost")


def can_settle(unlock: Unlock, *, live: Collection[str], dangling: Collection[str]) -> bool:
    """Nothing that a device still holds can open this command's door."""
    return unlock.state in AFTER_SIGNING and unlock.id not in live and unlock.id not in dangling


def _already_open(events: Collection[Told]) -> Verdict | None:
    stood_open = any(event.kind == "intent" and event.level_before == "open" for event in events)
    return Verdict(UnlockState.ALREADY_OPEN) if stood_open else None


def _is_conclusive(refused: Told, earlier: Collection[Told]) -> bool:
    """A refusal before any intent ends the command; after one only if it stopped that very pulse.

    A second copy of the same `open` is refused too, while the first is opening the door.
    """
    intended = any(event.kind == "intent" for event in earlier)
    return not intended or refused.reason in {"too_late", "strike"}
