"""Who refers to whom more than chance makes expected, and whether that closes into loops."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from surveil.statistics.arrays import Floats, Ints, sums
from surveil.statistics.tails import negative_binomial_tails

#: How far apart giver and receiver sit.
SAME_BRANCH, SAME_PLACE, ELSEWHERE = range(3)

#: Our judgement: so many rewirings are the fewest, and so many scores of the null are enough for any firm.
FEWEST_REWIRINGS, _ENOUGH_SCORES = 15, 2_000_000

#: Hot pairs supposed in any firm, and what each adds to a loop: more than chance, which adds 0.43 on average.
_SUPPOSED, _STRONG = 10, 2.0


@dataclass(frozen=True)
class LoopSettings:
    """`hot_p`: tail from which an edge is hot. `least`: referrals it must have. `longest`: of a loop. `strongest`: hot edges
    looked at per giver, so that a hub cannot make the search endless. `rewirings`, `seed`: of the null.
    """

    hot_p: float
    least: int
    longest: int
    strongest: int
    rewirings: int
    seed: int


@dataclass(frozen=True)
class Loop:
    """A closed loop of members, in order, and its score."""

    members: tuple[str, ...]
    score: float


def edges(counted: pd.DataFrame) -> pd.DataFrame:
    """One row per giver and receiver: `n` referrals, `expected`, `place` class, giver's `branch`
    and `p_value` of so many.

    A degree-corrected block model: within a family of products, what i refers to j is expected in proportion to all that
    i gives, all that j gets, and how often referrals go within a branch, within a place, or elsewhere. The spread
    of pairs within each of these comes from the second factorial moment; tails are negative binomial.

    Args:
        counted: the model `referral_edges`.
    """
    rows = counted.astype({"n": "int64"}).sort_values(["rep_id", "to_rep_id", "family"], ignore_index=True)
    rows["place"] = _class(rows)
    rows["expected"] = 0.0
    for _, index in rows.groupby("family").groups.items():
        rows.loc[index, "expected"] = _expected(rows.loc[index])
    keys = ["rep_id", "to_rep_id"]
    made = rows.groupby(keys, as_index=False, sort=True).agg(
        n=("n", "sum"),
        expected=("expected", "sum"),
        place=("place", "first"),
        branch=("from_branch", "first"),
    )
    spread = made.groupby("place")[["n", "expected"]].transform("sum")
    extra = _spread(made)
    mean = made["expected"].clip(lower=1e-9).to_numpy()
    tails = negative_binomial_tails(made["n"], mean, mean + extra * mean**2)
    # With few referrals of a class its rate is hardly known: one referral more is what it may have been.
    known = spread["n"] / (spread["n"] + 1)
    return made.assign(p_value=np.clip(tails.upper ** known.to_numpy(), 1e-300, 1.0))


def _class(rows: pd.DataFrame) -> Ints:
    """How far apart; a branch that is not known is taken for the same: what is not known is no sign."""
    unknown = (rows["from_branch"] == "") | (rows["to_branch"] == "")
    branch = (unknown | (rows["from_branch"] == rows["to_branch"])).to_numpy(dtype=bool)
    place = (rows["from_place"] == rows["to_place"]).to_numpy(dtype=bool)
    return np.select([branch, place], [SAME_BRANCH, SAME_PLACE], ELSEWHERE).astype(np.int64)


def _expected(rows: pd.DataFrame) -> Floats:
    """Expected referrals of one family along each of its edges."""
    n = rows["n"].to_numpy(dtype=float)
    out = rows.groupby("rep_id")["n"].transform("sum").to_numpy(dtype=float)
    into = rows.groupby("to_rep_id")["n"].transform("sum").to_numpy(dtype=float)
    branch = _pairs(rows, "from_branch", "to_branch")
    place = _pairs(rows, "from_place", "to_place")
    possible = np.array([branch, max(place - branch, 0.0), max(n.sum() ** 2 - max(place, branch), 0.0)])
    code = rows["place"].to_numpy(dtype=np.int64)
    seen = sums(code, n, 3)
    rate = seen / np.maximum(possible, np.maximum(seen, 1.0))
    return np.asarray(out * into * rate[code])


def _pairs(rows: pd.DataFrame, giver: str, receiver: str) -> float:
    """Sum over units of all that is given there times all that is received there."""
    out, into = rows.groupby(giver)["n"].sum(), rows.groupby(receiver)["n"].sum()
    return float((out * into.reindex(out.index).fillna(0)).sum())


def _spread(made: pd.DataFrame) -> Floats:
    """Per edge the dispersion of its class: how much more than by chance referrals go to the same receiver again.

    Measured on the edges up to the 95th percentile of their class, so that the hottest do not excuse themselves.
    """
    result = np.zeros(len(made))
    for _, index in made.groupby("place").groups.items():
        own = made.loc[index]
        usual = own[own["n"] <= own["n"].quantile(0.95)]
        n, mean = usual["n"].to_numpy(dtype=float), usual["expected"].to_numpy(dtype=float)
        square = float((mean**2).sum())
        alpha = float((n * (n - 1)).sum()) / square - 1 if square > 0 else 0.0
        result[made.index.get_indexer(index)] = min(max(alpha, 0.0), 10.0)
    return result


def best_loops(made: pd.DataFrame, settings: LoopSettings) -> dict[str, Loop]:
    """The best loop through each representative who is in one.

    A loop has members of three branches or more: that two branches refer to each other is reciprocity, and normal. Its
    edges between branches are hot; at most one is within a branch, and need not be. Its score is the sum of -log10 p of its
    edges less what a hot edge has by definition, so that a long loop is no merit.
    """
    import networkx as nx

    graph = nx.DiGraph()
    for giver, receiver, near, gain in _chosen(made, settings).itertuples(index=False):
        graph.add_edge(giver, receiver, near=near, gain=gain)
    branch = dict(zip(made["rep_id"], made["branch"], strict=True))
    best: dict[str, Loop] = {}
    for members in nx.simple_cycles(graph, length_bound=settings.longest):
        sides = [graph[a][b] for a, b in zip(members, [*members[1:], members[0]], strict=True)]
        if len({branch[m] for m in members}) < 3 or sum(side["near"] for side in sides) > 1:
            continue
        # The same sum wherever the search happened to enter the loop, to the last digit.
        loop = Loop(_from_first(members), math.fsum(side["gain"] for side in sides))
        for member in members:
            if loop.score > 0 and (
                member not in best
                or (-loop.score, loop.members) < (-best[member].score, best[member].members)
            ):
                best[member] = loop
    return best


def _chosen(made: pd.DataFrame, settings: LoopSettings) -> pd.DataFrame:
    """Each giver's strongest hot edges to other branches and strongest within his own: what each adds to a loop."""
    near = made["place"] == SAME_BRANCH
    enough = (made["n"] >= settings.least) & (near | (made["p_value"] <= settings.hot_p))
    found = made[enough].assign(near=near[enough]).sort_values(["rep_id", "p_value", "to_rep_id"])
    found = found.groupby(["rep_id", "near"]).head(settings.strongest)
    gain = np.log10(settings.hot_p / found["p_value"].to_numpy(dtype=float))
    return found.assign(gain=np.clip(gain, -2.0, 6.0))[["rep_id", "to_rep_id", "near", "gain"]]


def _from_first(members: Sequence[str]) -> tuple[str, ...]:
    start = members.index(min(members))
    return (*members[start:], *members[:start])


def null_scores(made: pd.DataFrame, places: pd.Series, reps: int, settings: LoopSettings) -> Floats:
    """Scores of all representatives where who refers to whom is drawn by chance, all rewirings together.

    The receivers of edges between branches are exchanged, each edge keeping its giver, its weight and its surprise: within
    a place among the edges of that place, so that neighbours stay neighbours; elsewhere among all. Everybody keeps the
    number of edges he gives, and in the mean of those he gets. A firm of more than some ten thousand is rewired fewer
    times, as each time gives a score for everybody.

    Args:
        places: the giver's place, by row of `made`.
        reps: how many representatives there are; who is in no loop scores 0.
    """
    rng = np.random.default_rng(settings.seed)
    crossing = (made["place"] != SAME_BRANCH).to_numpy()
    near = (made["place"] == SAME_PLACE).to_numpy()
    groups = [np.flatnonzero(near & (places == name).to_numpy()) for name in sorted(places[near].unique())]
    far = np.flatnonzero(crossing & ~near)
    receivers = made["to_rep_id"].to_numpy(dtype=object)
    pool = receivers[crossing]
    times = min(settings.rewirings, max(FEWEST_REWIRINGS, math.ceil(_ENOUGH_SCORES / max(reps, 1))))
    scores = np.zeros((times, reps))
    for i in range(times):
        drawn = receivers.copy()
        for group in groups:
            drawn[group] = rng.permutation(receivers[group])
        drawn[far] = rng.choice(pool, far.size) if far.size else drawn[far]
        again = made.assign(to_rep_id=drawn)
        again = again[again["rep_id"] != again["to_rep_id"]].drop_duplicates(["rep_id", "to_rep_id"])
        found = sorted(loop.score for loop in best_loops(again, settings).values())
        scores[i, : len(found)] = found
    return scores.ravel()


def ring_p(score: float, members: int, null: Floats) -> float:
    """Share of the null's scores that are as high, and the loop's own members besides; one half for who is in no loop.

    A loop takes all its members with it: had the rewirings one more like it, that many more scores would be as high. A
    p-value that counted them as one would claim more than so many rewirings can show.
    """
    if members == 0:
        return 0.5
    return float(min((np.sum(null >= score) + members) / (null.size + members), 1.0))


def beyond(loop: Loop, best: float, made: pd.DataFrame, settings: LoopSettings) -> float:
    """How improbable it is that a loop surpasses by so much the `best` one that the rewirings closed; 1 if it does not.

    What a hot pair adds to a loop's score is about exponential; its mean is taken from all hot pairs but the loop's own,
    and from ten that are supposed to be strong, so that a firm with hardly any proves nothing. A loop's score
    is then a sum of so many, with a gamma tail.
    """
    from scipy.special import gammaincc

    if loop.score <= best:
        return 1.0
    own = set(zip(loop.members, [*loop.members[1:], loop.members[0]], strict=True))
    found = _chosen(made, settings)
    other = [pair not in own for pair in zip(found["rep_id"], found["to_rep_id"], strict=True)]
    rest = found[~found["near"].to_numpy(dtype=bool) & np.array(other, dtype=bool)]
    scale = (float(rest["gain"].sum()) + _SUPPOSED * _STRONG) / (len(rest) + _SUPPOSED)
    size = len(loop.members)
    return float(gammaincc(size, loop.score / scale) / gammaincc(size, max(best, 0.0) / scale))
