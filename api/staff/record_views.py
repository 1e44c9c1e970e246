"""The audit trail, and messages that were not taken, as JSON."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Self

from api.views import InBothLanguages, View
from gateway.fleet.model import DeadLetter
from gateway.kit import audit
from gateway.kit.audit import AuditEntry
from gateway.maintenance.names import Name
from gateway.staff.trail import Told


class DeadLetterView(View):
    """Messages that were not taken, counted by who sent them and what was wrong. `sample`: the newest, hex."""

    device: str
    channel: str
    fault: str
    count: int
    first_at: datetime
    last_at: datetime
    detail: str
    sample: str

    @classmethod
    def of(cls, letter: DeadLetter) -> Self:
        """As the row says."""
        return cls.model_validate(letter, from_attributes=True)


class ActingProgram(View):
    """A program that acted in its member's name: the id of its token, and what they call it, while they exist."""

    id: str
    name: str | None


class AuditView(View):
    """One entry of the audit trail.

    `actor_no`, `thing_no`: the member number of whoever did it, and of whom it was done to, while they have an account.
    `thing_name`, `named`: what the thing and what the detail's fields speak of are called today, while they exist.
    `program`: the program of the actor's that did it; null: they did it themselves.
    """

    seq: int
    at: datetime
    actor: str
    actor_no: str | None
    program: ActingProgram | None
    act: str
    thing: str
    thing_no: str | None
    thing_name: InBothLanguages | None
    detail: dict[str, Any]
    named: dict[str, list[InBothLanguages]]
    hash: str

    @classmethod
    def of(cls, entry: AuditEntry, numbers: Mapping[str, str], programs: Mapping[str, str], told: Told) -> Self:
        """As the row says; `numbers`: of members, by how the trail knows them; `programs`: names, by their ids."""
        program = audit.program_of(entry)
        return cls(
            seq=entry.seq,
            at=entry.at,
            actor=entry.actor,
            actor_no=numbers.get(entry.actor),
            program=None if program is None else ActingProgram(id=program, name=programs.get(program)),
            act=entry.act,
            thing=entry.thing,
            thing_no=numbers.get(entry.thing),
            thing_name=None if told.thing is None else InBothLanguages.model_validate(told.thing),
            detail=json.loads(entry.detail),
            named={field: _both(names) for field, names in told.named.items()},
            hash=entry.hash,
        )


def _both(names: Sequence[Name]) -> list[InBothLanguages]:
    return [InBothLanguages.model_validate(name) for name in names]
