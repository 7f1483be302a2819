"""The chance of an account: its own signs, its opener, and the months in which he did it."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveil.statistics.posterior import account_posterior

USUAL = 0.002
ACCOUNTS = st.lists(
    st.tuples(st.sampled_from("ab"), st.integers(0, 5), st.floats(-6, 12)), min_size=1, max_size=25
)


def test_an_account_nobody_knows_anything_of_has_about_the_usual_share() -> None:
    ordinary = account_posterior(["a"] * 40, np.arange(40) % 12, np.full(40, -1.5), USUAL)
    assert (ordinary < USUAL).all()
    assert account_posterior([], [], [], USUAL).size == 0


def test_the_same_signs_weigh_more_with_an_opener_who_does_it_often_and_in_those_months() -> None:
    rep = np.repeat(["honest", "forger"], 120)
    month = np.tile(np.repeat(np.arange(12), 10), 2)
    evidence = np.full(240, -1.5)
    evidence[120 + 40 : 120 + 70 : 3] = 5.0  # a third of the forger's accounts in months 4 to 6
    spots = {"honest": 45, "in the episode": 120 + 47, "long after": 120 + 115}
    evidence[list(spots.values())] = 3.0
    found = dict(
        zip(spots, account_posterior(rep, month, evidence, USUAL)[list(spots.values())], strict=True)
    )
    assert found["honest"] < found["long after"] < 0.5 < found["in the episode"]


def test_an_account_that_adds_nothing_is_judged_all_the_same() -> None:
    one = account_posterior(["a", "a"], [1, 1], [4.0, 0.0], USUAL, [4.0, 4.0])
    assert one[0] == pytest.approx(one[1])
    twice = account_posterior(["a", "a"], [1, 1], [4.0, 4.0], USUAL)
    assert twice[0] > one[0]


@given(ACCOUNTS, st.integers(0, 24), st.floats(0, 5))
def test_more_evidence_never_lowers_an_account(
    accounts: list[tuple[str, int, float]], which: int, more: float
) -> None:
    rep, month, evidence = (list(column) for column in zip(*accounts, strict=True))
    which %= len(evidence)
    before = account_posterior(rep, month, evidence, USUAL)
    assert ((before >= 0) & (before <= 1)).all()
    evidence[which] += more
    assert account_posterior(rep, month, evidence, USUAL)[which] >= before[which] - 1e-12


@given(ACCOUNTS, st.randoms(use_true_random=False))
def test_the_order_of_accounts_does_not_matter(
    accounts: list[tuple[str, int, float]], random: Random
) -> None:
    order = list(range(len(accounts)))
    random.shuffle(order)
    rep, month, evidence = (np.array(column) for column in zip(*accounts, strict=True))
    one = account_posterior(rep, month, evidence, USUAL)
    other = account_posterior(rep[order], month[order], evidence[order], USUAL)
    np.testing.assert_array_equal(one[order], other)
