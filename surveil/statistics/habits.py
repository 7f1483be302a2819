"""A rep as his own control: what his other items tell of his habit, and so of what to expect of the items in question."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from surveil.statistics.arrays import Bools, Floats, Ints
from surveil.statistics.baseline import Cells, peers_of
from surveil.statistics.mixed_tails import logit_normal_binomial_tails
from surveil.statistics.overdispersion import recalibrated
from surveil.statistics.rates import RateResult
from surveil.statistics.verdicts import RateSettings, usual_range

_EDGE = 1e-9
#: Variance of log odds between reps of different jobs, at least. A desk that sells nothing but cards is far from ordinary,
#: and its control has to be heard: an ordinary rep's habit, as the firm shows it, would be held against it.
_JOBS_DIFFER = 1.0


@dataclass(frozen=True)
class Part:
    """A part of each rep's items, one an entry: what can be said of it before the events of his other items are counted.

    `some`: where there is something to judge; `size`: items there. His rate follows a beta law, worth `bad` events among
    `held` items when the other items' number, but not yet their events, are in it; `odds`: how many times those of his other
    items the odds of this part are, going by what the items are.
    """

    some: Bools
    size: Floats
    bad: Floats
    held: Floats
    odds: Floats

    def expected(self, elsewhere: Floats) -> tuple[Floats, Floats]:
        """Events expected in the part with so many `elsewhere`, and the variance that is left of his log odds."""
        bad = self.bad + elsewhere
        good = self.held - bad
        odds = bad / good * self.odds
        wanted = np.clip(self.size * odds / (1 + odds), _EDGE, self.size - _EDGE)
        return wanted, self.held**2 / ((self.held + 1) * bad * good)


def part_of(n: Floats, mean: Floats, whole: tuple[Floats, Floats, Floats]) -> Part:
    """Parts with `n` items and `mean` expected events.

    Args:
        whole: items and expected events of all the rep's items, and the variance of ordinary reps' log odds. The beta law
            that varies by as much about the rate of the other items is what is known of him before anything is seen (as in
            a beta-binomial model).
    """
    items, expected, tau2 = whole
    some = (n > 0) & (mean > _EDGE)
    size = np.where(some, n, 2.0)
    chance = np.clip(np.where(some, mean, 1.0) / size, _EDGE, 1 - _EDGE)
    others = items - n
    apart = np.where(
        others > 0, (expected - mean) / np.maximum(others, 1.0), expected / np.maximum(items, 1.0)
    )
    rate = np.clip(apart, _EDGE, 1 - _EDGE)
    worth = np.maximum(1 / np.maximum(rate * (1 - rate) * tau2, 1e-12) - 1, 1.0)
    odds = (1 - rate) / rate * chance / (1 - chance)
    return Part(some, size, worth * rate, worth + others, odds)


def habit_variance(result: RateResult, reps: pd.Index) -> Floats:
    """Per rep the variance of log odds among ordinary reps that his rate test allowed for (usual where it has none)."""
    cells, judged = result.cells, result.reps.set_index("rep")
    by_chance = cells["n"] * cells["p"] * (1 - cells["p"])
    sampling = by_chance.groupby(cells["rep"]).sum().reindex(judged.index)
    allowed = (judged["variance"] - sampling) / sampling.where(sampling > 0) ** 2
    return np.asarray(allowed.reindex(reps).fillna(result.tau2).clip(lower=result.tau2), np.float64)


def controlled_test(result: RateResult, question: Bools) -> RateResult:
    """Test the items in question against colleagues' and against the rep's own other items: his control.

    Args:
        result: a rate test (of too many) of all items, with strata that tell those in question from the others.
        question: per row of `result.cells`, whether it is one of items in question.

    Returns:
        the same for the items in question alone: `expected`, `low` and `high` are of him, as his other items show him;
        whoever could not be judged on all items is not judged on these. The variance of his log odds that is left is in
        `variance`, `tau2` is 0. p-values are widened to how ordinary reps spread.
    """
    judged = result.reps.set_index("rep")
    cells = result.cells.assign(mean=result.cells["n"] * result.cells["p"])
    whole, asked = (
        part.groupby("rep")[["n", "y", "mean"]].sum().reindex(judged.index).fillna(0.0).to_numpy(float).T
        for part in (cells, cells[question])
    )
    n, y, mean = asked
    habit = np.maximum(habit_variance(result, judged.index), _JOBS_DIFFER)
    part = part_of(n, mean, (whole[0], whole[2], habit))
    wanted, variance = part.expected(whole[1] - y)
    wanted = np.where(part.some, wanted, mean)
    tails = logit_normal_binomial_tails(y, n, wanted, np.sqrt(variance))
    tested = part.some & judged["p_value"].notna().to_numpy()
    p = recalibrated(np.where(tested, tails.p_value(), np.nan))

    kept = _shifted(cells[question].drop(columns="mean"), judged.index, _odds(wanted, n) / _odds(mean, n))
    by_chance = (kept["n"] * kept["p"] * (1 - kept["p"])).groupby(kept["rep"]).sum()
    sampling = by_chance.reindex(judged.index).fillna(0.0).to_numpy(float)
    spread = sampling + variance * sampling**2
    known = part.some & (spread > 0)
    low, high = usual_range(
        np.where(known, n, 2.0),
        np.where(known, wanted, 1.0),
        np.where(known, spread, 1.0),
        RateSettings().coverage,
    )
    peers, peer_n, peer_y = _peers(kept, judged.index)
    untold = result.reps["insufficient"].where(result.reps["insufficient"] != "", "next to none expected")
    reps = result.reps.assign(
        n=n.astype(np.int64),
        observed=y.astype(np.int64),
        expected=wanted,
        variance=spread,
        ratio=(y + 1) / (wanted + 1),
        low=np.where(known, low, 0.0),
        high=np.where(known, high, 0.0),
        z=(y - wanted) / np.sqrt(np.where(spread > 0, spread, 1.0)),
        p_value=p,
        peer_n=peer_n,
        peers=peers,
        peer_rate=np.where(peer_n > 0, peer_y / np.maximum(peer_n, 1), np.nan),
        insufficient=np.where(tested, "", np.where(n > 0, untold, "no items")),
    )
    return replace(result, reps=reps, cells=kept, tau2=0.0)


def _peers(cells: pd.DataFrame, reps: pd.Index) -> tuple[Ints, Ints, Ints]:
    """Of each rep, the others with items in his strata, and their items and events there."""
    rep, stratum = reps.get_indexer(pd.Index(cells["rep"])), pd.factorize(cells["stratum"], sort=True)[0]
    order = np.lexsort((stratum, rep))
    rep, stratum = (codes[order].astype(np.int64) for codes in (rep, stratum))
    n, y = (cells[name].to_numpy(dtype=np.float64)[order] for name in ("n", "y"))
    anywhere = np.zeros_like(rep)
    peers, items, events = peers_of(Cells(rep, stratum, anywhere, anywhere, n, y, len(reps)))
    return peers, items.astype(np.int64), events.astype(np.int64)


def _odds(events: Floats, items: Floats) -> Floats:
    return np.maximum(events, _EDGE) / np.maximum(items - events, _EDGE)


def _shifted(cells: pd.DataFrame, reps: pd.Index, times: Floats) -> pd.DataFrame:
    """The cells with the odds of `p` multiplied by each rep's factor."""
    odds = (
        cells["p"]
        / (1 - cells["p"]).clip(lower=_EDGE)
        * pd.Series(times, reps).reindex(cells["rep"]).to_numpy()
    )
    return cells.assign(p=odds / (1 + odds))
