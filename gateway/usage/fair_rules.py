"""How evenly something is spread over people: plain values in, a figure out. What nobody can know is None."""

from collections import Counter
from collections.abc import Iterable, Sequence
from math import ceil


def gini(amounts: Sequence[float]) -> float | None:
    """0: everybody has as much; near 1: one has it all. None: there is nobody, or nothing to have.

    Half the mean difference between any two, over the mean.
    """
    total = sum(amounts)
    if not total:
        return None
    ranked = sorted(amounts)
    count = len(ranked)
    weighted = sum((2 * rank - count - 1) * amount for rank, amount in enumerate(ranked, start=1))
    return weighted / (count * total)


def share_of_top_tenth(amounts: Sequence[float]) -> float | None:
    """What part of it all the tenth has that has most; one at the least. None: there is nothing to have."""
    total = sum(amounts)
    if not total:
        return None
    top = sorted(amounts, reverse=True)[: ceil(len(amounts) / 10)]
    return sum(top) / total


def spread(counts: Iterable[int]) -> list[tuple[int, int]]:
    """How many have none, one, two … of something, up to the most that anybody has."""
    found = Counter(counts)
    return [(number, found[number]) for number in range(max(found, default=-1) + 1)]
