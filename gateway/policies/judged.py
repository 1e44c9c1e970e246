"""What came of a wish: why nobody could have it, or what the rules say of it."""

from dataclasses import dataclass
from typing import NamedTuple

from gateway.calendar.rules import Why
from gateway.kit.errors import Conflict
from gateway.policies import service
from gateway.policies.rules import Verdict


class Refusal(NamedTuple):
    """Why nobody can have it. `why`: of a day that is closed."""

    code: str
    why: Why | None = None


@dataclass(frozen=True)
class Judged:
    """`house` is why it cannot be had, whatever the rules say; None: it depends on them."""

    house: Refusal | None
    verdict: Verdict

    @property
    def code(self) -> str | None:
        """Why not; None: allowed."""
        if self.house is not None:
            return self.house.code
        refusal = self.verdict.refusal
        return service.code_of(refusal) if refusal else None

    def insist(self) -> None:
        """Raises Conflict with the code, and the rule's facts where it is one."""
        if self.house is not None:
            why = {} if self.house.why is None else {"why": self.house.why.told()}
            raise Conflict(self.house.code, **why)
        service.insist(self.verdict)
