"""Poor accounts: those that are poor together count for fewer."""

from __future__ import annotations

import numpy as np
import pandas as pd

from surveil.detectors.competence.referral_graph import Loop, LoopSettings, beyond, ring_p
from surveil.detectors.quality import design_effect, part_tests
from surveil.detectors.rates import rate_cells, rate_tests

STRATUM = ("family",)


def accounts(together: int, seed: int = 1) -> pd.DataFrame:
    """Sixty representatives, a year, forty accounts a month, a twentieth poor: `together` at a time."""
    rng = np.random.default_rng(seed)
    rep, month = (part.ravel() for part in np.meshgrid(np.arange(60), np.arange(12), indexing="ij"))
    poor = rng.binomial(40 // together, 0.05, rep.size) * together
    rows = [
        pd.DataFrame({"rep_id": rep, "month": month, "n": n, "poor": sign})
        for n, sign in ((poor, 1), (40 - poor, 0))
    ]
    counted = pd.concat(rows).query("n > 0")
    return counted.assign(family="deposit", branch_id="b").astype({"rep_id": str})


def test_counts_that_vary_by_chance_are_taken_as_they_are() -> None:
    for together, low, high in ((1, 1.0, 1.2), (2, 1.7, 2.4), (4, 3.2, 4.9)):
        counted = accounts(together)
        cells = rate_cells(counted, counted["poor"] == 1, STRATUM)
        usual = rate_tests(cells, "accounts are poor")
        assert usual.result is not None
        assert low <= design_effect(usual.result.cells) <= high


def test_a_part_whose_accounts_are_poor_together_is_less_remarkable() -> None:
    found = []
    for together in (1, 4):
        counted = accounts(together)
        usual = rate_tests(rate_cells(counted, counted["poor"] == 1, STRATUM), "accounts are poor")
        part = pd.DataFrame(
            {"rep_id": "7", "month": 3, "family": "deposit", "branch_id": "b", "n": [12, 8], "poor": [0, 1]}
        )
        test = part_tests(usual, part, "accounts of those days", stratum=STRATUM).iloc[0]
        assert (test["observed"], test["n"]) == (8, 20)
        found.append(test["p_value"])
    assert found[0] < 1e-4 < found[1] < 0.05


def test_a_ring_is_never_rarer_than_the_rewirings_can_tell() -> None:
    null = np.zeros(1000)
    null[:6] = [1.0, 1.0, 1.0, 4.0, 4.0, 4.0]
    assert ring_p(9.0, 3, null) == 3 / 1003
    assert ring_p(9.0, 5, null) == 5 / 1005
    assert ring_p(4.0, 3, null) == 6 / 1003
    assert ring_p(0.0, 0, null) == 0.5


def test_how_far_a_ring_lies_beyond_the_rewirings_counts_the_less_the_stronger_others_are() -> None:
    settings = LoopSettings(0.01, 3, 5, 8, 19, 1)

    def pairs(p_of_others: float) -> pd.DataFrame:
        ring = [("a", "b", 1e-6), ("b", "c", 1e-6), ("c", "a", 1e-6)]
        others = [(f"x{i}", f"y{i}", p_of_others) for i in range(40)]
        made = pd.DataFrame([*ring, *others], columns=["rep_id", "to_rep_id", "p_value"])
        return made.assign(n=9, expected=1.0, place=2, branch=made["rep_id"])

    ring = Loop(("a", "b", "c"), 12.0)
    usual, strong = (beyond(ring, 2.0, pairs(p), settings) for p in (0.003, 1e-8))
    assert usual < 1e-3 < 0.1 < strong < 1
    assert beyond(ring, 12.0, pairs(0.003), settings) == 1.0
    assert beyond(ring, 8.0, pairs(0.003), settings) > usual
