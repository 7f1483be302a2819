"""Joint evidence: forgers stand out by what comes together, sloppy reps do not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from surveil.errors import UsageError
from surveil.statistics.mixture import (
    MixtureSettings,
    account_evidence,
    adjust_for_habit,
    expected_spread,
    mixture_test,
)

BASE = np.array([0.03, 0.08, 0.30, 0.06])  # consent missing, contact missing, unused, shared phone
BAD = np.array([0.40, 0.50, 0.78, 0.28])
UNUSED = 2
QUICK = MixtureSettings(draws=20)


@dataclass(frozen=True)
class Accounts:
    rep: npt.NDArray[np.int64]
    month: npt.NDArray[np.int64]
    flags: npt.NDArray[np.float64]
    chance: npt.NDArray[np.float64]

    def judged(self, chance: npt.NDArray[np.float64] | None = None) -> npt.NDArray[np.float64]:
        return np.asarray(self.tested(chance=chance)["p_value"], dtype=np.float64)

    def tested(
        self, flags: npt.NDArray[np.float64] | None = None, chance: npt.NDArray[np.float64] | None = None
    ) -> pd.DataFrame:
        """The test with every account a customer of his own; alike are those of about as much spread."""
        given = self.chance if chance is None else chance
        evidence = account_evidence(self.flags if flags is None else flags, given, BAD).sum(axis=1)
        spread = expected_spread(self.flags, self.chance, BAD, 0.0)
        kind = pd.Series(spread).rank(method="dense").to_numpy().astype(int)
        return mixture_test(self.rep, self.month, evidence, kind, QUICK)

    def with_own_control(self) -> npt.NDArray[np.float64]:
        adjusted = self.chance.copy()
        used = self.flags[:, UNUSED] == 0
        for column in (0, 1, 3):
            adjusted[:, column] = adjust_for_habit(
                self.chance[:, column], self.flags[:, column], self.rep, used
            )
        return adjusted


def accounts(seed: int, forgers: int = 0, sloppy: float = 0.0, reps: int = 80) -> Accounts:
    """A year of accounts; forgers add a tenth of false ones in months 4 to 8; reps differ in paperwork by `sloppy`."""
    rng = np.random.default_rng(seed)
    rep = np.repeat(np.arange(reps), rng.poisson(240, reps))
    month = rng.integers(0, 12, rep.size)
    kind = rng.integers(0, 4, rep.size)
    odds = np.log(BASE / (1 - BASE)) + 0.4 * rng.standard_normal((4, 4))[kind]
    habit = sloppy * rng.standard_normal((reps, 4))[rep]
    flags = rng.random((rep.size, 4)) < 1 / (1 + np.exp(-odds - habit))
    false = (rep < forgers) & (month >= 4) & (month <= 8) & (rng.random(rep.size) < 0.2)
    flags[false] = rng.random((false.sum(), 4)) < BAD
    return Accounts(rep, month, flags.astype(float), 1 / (1 + np.exp(-odds)))


def test_forgers_come_first_and_their_episode_is_named() -> None:
    data = accounts(1, forgers=4)
    found = data.tested()
    assert set(found.sort_values("p_value")["rep"].head(4)) == {0, 1, 2, 3}
    assert found["p_value"].head(4).max() < 0.005
    assert found.loc[0, "episode_start"] in (3, 4, 5)
    assert found.loc[0, "episode_end"] in (7, 8, 9)
    assert found.loc[0, "share"] >= 0.05
    assert (found["n"] == np.bincount(data.rep)).all()


def test_honest_reps_have_honest_p_values() -> None:
    p = np.concatenate([accounts(seed).judged() for seed in range(10, 15)])
    assert (p < 0.01).mean() <= 0.02
    assert (p < 0.05).mean() <= 0.08


def test_a_reps_own_used_accounts_excuse_his_paperwork() -> None:
    honest = [accounts(seed, sloppy=0.6) for seed in (2, 3)]
    assert (np.concatenate([data.judged(data.with_own_control()) for data in honest]) < 0.01).sum() <= 4
    # Among sloppy colleagues forgers are seen better when everybody's own paperwork is taken off.
    forgers = [accounts(seed, forgers=4, sloppy=0.6) for seed in (4, 6)]
    plain, excused = (
        np.median(np.concatenate(p))
        for p in zip(*((d.judged()[:4], d.judged(d.with_own_control())[:4]) for d in forgers), strict=True)
    )
    assert excused < min(plain, 1e-5)


def test_evidence_adds_up_and_the_unknown_adds_nothing() -> None:
    one = account_evidence([[1, 0, np.nan]], [[0.1, 0.2, 0.3]], [0.5, 0.5, 0.9])
    np.testing.assert_allclose(one, [[np.log(5), np.log(0.5 / 0.8), 0.0]])
    assert account_evidence([[1.0]], [[np.nan]], [0.5]) == 0
    assert np.isfinite(account_evidence([[1.0], [0.0]], [[0.0], [1.0]], [1.0])).all()


def test_one_more_flag_never_lowers_an_account_or_his_opener() -> None:
    data = accounts(4, forgers=2, reps=20)
    clean = int(np.flatnonzero((data.rep == 0) & (data.flags.sum(axis=1) == 0))[0])
    worse = data.flags.copy()
    worse[clean] = 1
    before, after = (account_evidence(f, data.chance, BAD)[clean].sum() for f in (data.flags, worse))
    assert after > before
    scores = [data.tested(f) for f in (data.flags, worse)]
    assert scores[1].loc[0, "score"] > scores[0].loc[0, "score"]
    assert scores[1].loc[0, "p_value"] <= scores[0].loc[0, "p_value"] + 1e-12


def test_many_that_are_a_little_odd_are_found_as_well_as_a_few_very_odd_ones() -> None:
    """Of a forger's customers nearly a third are a little odd, of colleagues' an eighth, and the others speak for him: the
    best mixture alone gives him 0.003, the score test sees what it is."""
    rng = np.random.default_rng(11)
    rep, month = np.repeat(np.arange(60), 150), np.tile(np.arange(150) % 12, 60)
    evidence = np.where(rng.random(rep.size) < np.where(rep == 0, 0.30, 0.12), 1.0, -2.0)
    found = mixture_test(rep, month, evidence, np.zeros(rep.size, int), QUICK)
    assert found["p_value"].idxmin() == 0
    assert found.loc[0, "p_value"] < 1e-4
    few = np.where((rep == 1) & (month == 3), 4.0, -0.3)
    assert mixture_test(rep, month, few, np.zeros(rep.size, int), QUICK)["p_value"].idxmin() == 1


def test_units_of_one_cause_count_as_far_as_they_are_weighed() -> None:
    """Forty customers who are odd alike, as on a savings day, make a pattern each by himself and none as three of them."""
    rng = np.random.default_rng(3)
    rep, month = np.repeat(np.arange(60), 150), np.tile(np.arange(150) % 12, 60)
    day = (rep == 0) & (np.arange(rep.size) < 40)
    evidence = np.where(day | (rng.random(rep.size) < 0.05), 3.0, -0.5)
    alike = np.zeros(rep.size, int)
    one_by_one = mixture_test(rep, month, evidence, alike, QUICK)
    together = mixture_test(rep, month, evidence, alike, QUICK, np.where(day, 3 / 40, 1.0))
    assert one_by_one.loc[0, "p_value"] < 1e-6
    assert together.loc[0, "p_value"] > 0.01
    assert (together["n"] == 150).all()
    pd.testing.assert_frame_equal(
        mixture_test(rep, month, evidence, alike, QUICK, np.ones(rep.size)), one_by_one
    )


def test_order_of_accounts_does_not_matter() -> None:
    data = accounts(5, forgers=1, reps=15)
    shuffle = np.random.default_rng(0).permutation(data.rep.size)
    other = Accounts(data.rep[shuffle], data.month[shuffle], data.flags[shuffle], data.chance[shuffle])
    pd.testing.assert_frame_equal(data.tested(), other.tested())


def test_what_hangs_together_in_honest_work_accuses_nobody() -> None:
    """Lost papers, an unrecorded visit and a resting account come together for one customer in a hundred, whoever it is."""
    p = []
    for seed in range(20, 25):
        data = accounts(seed)
        odd = np.random.default_rng(seed).random(data.rep.size) < 0.01
        p.append(data.tested(np.where(odd[:, None], 1.0, data.flags))["p_value"].to_numpy())
    assert (np.concatenate(p) < 0.01).mean() <= 0.02
    assert np.concatenate(p).min() > 1e-4


def test_nothing_and_little_are_answered() -> None:
    assert mixture_test([], [], [], []).empty
    single = mixture_test(["R1"], [3], [2.0], [0], QUICK)
    assert 0 < single.loc[0, "p_value"] <= 1
    assert single.loc[0, "episode_start"] == single.loc[0, "episode_end"] == 3
    with pytest.raises(UsageError, match="one shape"):
        account_evidence([[1.0]], [[0.1, 0.2]], [0.5])
    with pytest.raises(UsageError, match="one evidence"):
        mixture_test(["R1"], [3], [1.0, 2.0], [0])
    with pytest.raises(UsageError, match="one weight"):
        mixture_test(["R1"], [3], [1.0], [0], weight=[1.0, 1.0])


def test_habit_without_control_accounts_changes_nothing() -> None:
    chance = np.array([0.1, 0.2, 0.3])
    kept = adjust_for_habit(chance, [1, 0, 1], [0, 0, 1], [False, False, False])
    np.testing.assert_allclose(kept, chance)
    sloppy = adjust_for_habit(np.full(60, 0.1), np.ones(60), np.zeros(60, int), np.ones(60, bool))
    assert (sloppy > 0.5).all()


def test_an_account_weighs_the_same_in_any_layout_and_company() -> None:
    """Accounts are looked at a handful at a time: neither the others nor how the flags lie in memory may count."""
    rng = np.random.default_rng(5)
    flags = rng.choice([0.0, 1.0, np.nan], size=(20_000, 15))
    chance, bad = rng.random(flags.shape), rng.random(15)
    together = account_evidence(flags, chance, bad), expected_spread(flags, chance, bad, 0.02)
    turned = np.asfortranarray(flags)
    again = account_evidence(turned, chance, bad), expected_spread(turned, chance, bad, 0.02)
    assert np.array_equal(together[0].sum(axis=1), again[0].sum(axis=1))
    assert np.array_equal(together[1], again[1])
    for one in (0, 8191, 8192, 19_999):
        at = slice(one, one + 1)
        assert np.array_equal(account_evidence(flags[at], chance[at], bad), together[0][at])
        assert np.array_equal(expected_spread(flags[at], chance[at], bad, 0.02), together[1][at])
