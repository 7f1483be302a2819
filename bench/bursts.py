"""How well short bursts of openings are found beside simpler measures: `python -m bench.bursts [FIRMS]`.

Simulated firms of 200 representatives in 40 branches over 18 months: rates that differ, ends of months, Januaries, days on
which a whole branch is busy (little or very), and more scatter than chance. Ten of them have one burst of two to eight
business days at three or four times their pace. All measures rank the same representatives; average precision of the ten,
with a 95 % interval over firms.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from surveil.evaluate.metrics import average_precision
from surveil.statistics.scan import ScanSettings, expected_by_day, scan_bursts

REPS, BRANCHES, DAYS, BURSTS = 200, 40, 378, 10
MONTH = 21
SHORTEST, LONGEST = 2, 8
SCATTER = 0.15
#: How busy days of a branch scatter (of the logarithm), and how many times his pace somebody opens in a burst.
CASES = ((0.25, 3.0), (0.5, 3.0), (0.25, 4.0), (0.5, 4.0))

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Firm:
    """`counts` of representatives × business days, each one's `branch`, and who has a burst (`bad`)."""

    counts: Floats
    branch: npt.NDArray[np.int64]
    bad: npt.NDArray[np.bool_]


def firm(seed: int, busy_days: float, times: float) -> Firm:
    """A firm, the same for the same seed."""
    rng = np.random.default_rng([seed, 2002])
    branch = np.arange(REPS) % BRANCHES
    pace = np.exp(rng.normal(np.log(22 / MONTH), 0.3, REPS))
    day = np.arange(DAYS)
    season = np.where(day % MONTH >= MONTH - 3, 1.25, 1.0) * np.where(day // MONTH % 12 == 0, 1.35, 1.0)
    busy = np.exp(rng.normal(0, busy_days, (BRANCHES, DAYS)))[branch]
    mean = pace[:, None] * season * busy
    bad = np.zeros(REPS, dtype=bool)
    bad[rng.choice(REPS, BURSTS, replace=False)] = True
    for rep in np.flatnonzero(bad):
        length = int(rng.integers(SHORTEST, LONGEST + 1))
        first = int(rng.integers(0, DAYS - length))
        mean[rep, first : first + length] *= times
    counts = rng.poisson(mean * rng.gamma(1 / SCATTER, SCATTER, mean.shape))
    return Firm(counts.astype(np.float64), branch, bad)


def scores(made: Firm) -> dict[str, Floats]:
    """What each measure says of each representative; more is more remarkable."""
    y = made.counts
    five = np.lib.stride_tricks.sliding_window_view(y, 5, axis=1).sum(axis=2)
    everybody = np.ones_like(y, dtype=bool)
    found = scan_bursts(y, expected_by_day(y, everybody, made.branch), ScanSettings())
    mean = y.mean(axis=1)
    return {
        "largest day, in standard deviations": (y.max(axis=1) - mean) / y.std(axis=1),
        "largest five days, as a multiple of his mean": five.max(axis=1) / (5 * mean),
        "surveil (negative binomial scan)": -np.log10(found["p_value"].to_numpy(dtype=float)),
    }


def precision(firms: int, busy_days: float, times: float) -> dict[str, list[float]]:
    """Average precision of each measure, firm by firm."""
    found: dict[str, list[float]] = {}
    for seed in range(firms):
        made = firm(seed, busy_days, times)
        for name, values in scores(made).items():
            found.setdefault(name, []).append(float(average_precision(-values, made.bad) or 0.0))
    return found


def main(firms: int) -> None:
    """Print the table."""
    print("| branches' busy days | burst | measure | average precision |\n| --- | --- | --- | --- |")
    for busy_days, times in CASES:
        for name, each in precision(firms, busy_days, times).items():
            half = 1.96 * float(np.std(each, ddof=1)) / np.sqrt(firms)
            print(f"| ± {busy_days:.0%} | {times:g} times | {name} | {np.mean(each):.2f} ± {half:.2f} |")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
