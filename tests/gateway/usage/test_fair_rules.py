"""How evenly something is spread: known figures, and what must hold of any."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.usage import fair_rules

amounts = st.lists(st.integers(0, 50), min_size=1, max_size=40)


@pytest.mark.parametrize(
    ("amounts", "gini"),
    [([3, 3, 3], 0), ([0, 0, 0, 4], 0.75), ([1, 3], 0.25), ([1, 2, 3, 4], 0.25), ([], None), ([0, 0], None)],
)
def test_the_gini_coefficient_of_known_amounts(amounts, gini):
    assert fair_rules.gini(amounts) == gini


@pytest.mark.parametrize(
    ("amounts", "share"),
    [([1] * 10, 0.1), ([1] * 11, 2 / 11), ([9, *[0] * 9], 1), ([2, 1, 1], 0.5), ([], None), ([0], None)],
)
def test_the_share_of_the_tenth_that_has_most(amounts, share):
    assert fair_rules.share_of_top_tenth(amounts) == share


@given(amounts)
def test_the_coefficient_is_half_the_mean_difference_over_the_mean_and_knows_no_order(found):
    gini = fair_rules.gini(found)
    if gini is None:
        assert not any(found)
        return
    differences = [abs(one - other) for one in found for other in found]
    mean = sum(found) / len(found)
    assert gini == pytest.approx(sum(differences) / len(differences) / (2 * mean))
    assert gini == pytest.approx(fair_rules.gini(list(reversed(found))))
    assert 0 <= gini < 1


@given(amounts)
def test_one_who_has_nothing_makes_it_no_more_even(found):
    before, after = fair_rules.gini(found), fair_rules.gini([*found, 0])

    assert before is None or after >= before - 1e-9


@given(amounts)
def test_the_spread_counts_everybody_once(found):
    spread = fair_rules.spread(found)

    assert sum(members for _, members in spread) == len(found)
    assert sum(number * members for number, members in spread) == sum(found)
