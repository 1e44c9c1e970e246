"""What earlier messages said that later ones need: descriptions, names, a status of which only changes are sent."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass

Key = tuple[str, ...]


@dataclass(frozen=True)
class Fact:
    """Something learned from a message; `value` None: no longer so."""

    key: Key
    value: object


class Known:
    """The reader's memory. Bounded: of more than `most` facts the one learned longest ago is forgotten."""

    def __init__(self, most: int = 20_000) -> None:
        self._most = most
        self._facts: OrderedDict[Key, object] = OrderedDict()

    @property
    def count(self) -> int:
        """How many facts there are."""
        return len(self._facts)

    def get(self, *key: str) -> object:
        """The fact, or None."""
        return self._facts.get(key)

    def learn(self, facts: Iterable[Fact]) -> None:
        """Take in what `reading.read` gave beside its results, once those are safely kept."""
        for fact in facts:
            self._facts.pop(fact.key, None)
            if fact.value is not None:
                self._facts[fact.key] = fact.value
        while len(self._facts) > self._most:
            self._facts.popitem(last=False)
