"""What came of a wish: why nobody could have it, or what the rules say of it."""

from dataclasses import dataclass
from typing import NamedTuple

from gateway.calendar.rules import Why
from gateway.kit.errors import Conflict
from gateway.policies import service
from gateway.policies.rules import Verdict


class Refusal(NamedTuple):
    """Why it cannot be had. `why`: of a day that is closed; `limit`: of which there is too much."""

    code: str
    why: Why | None = None
    limit: int | None = None

    def told(self) -> dict[str, object]:
        """Its facts, as JSON values."""
        facts: dict[str, object] = {} if self.why is None else {"why": self.why.told()}
        if self.limit is not None:
            facts |= {"rule": self.code.removeprefix("policy."), "limit": self.limit}
        return facts


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
            raise Conflict(self.house.code, **self.house.told())
        service.insist(self.verdict)
