"""How often rate_test accuses honest representatives: `python -m bench.calibration [FIRMS]`.

Simulated firms in which nobody does anything wrong, with products and branch kinds of different rates,
month effects, branch-months in which the property shows up at three times the odds, and representatives and
branches that differ. A p-value of p should occur with probability p; the table shows how often it does, with a 95 %
interval, over representatives of all firms.
"""

from __future__ import annotations

import sys

import numpy as np
import numpy.typing as npt

from surveil.statistics.combine import benjamini_hochberg
from surveil.statistics.rates import rate_test
from tests.statistics.firms import firm, specialists

LEVELS = (0.05, 0.01, 0.001)
CASES: tuple[dict[str, float | int], ...] = (
    {"spread": 0.0},
    {"spread": 0.15},
    {"spread": 0.3},
    {"spread": 0.5},
    {"spread": 0.3, "shock": 0.0},
    {"spread": 0.3, "shock": 0.05},
    {"spread": 0.3, "rate": 0.02},
    {"spread": 0.3, "rate": 0.4},
    {"spread": 0.3, "items": 4.0},
    {"spread": 0.3, "reps": 50},
    {"spread": 0.3, "reps": 20},
    {"spread": 0.3, "branch_spread": 0.3},
    {"spread": 0.3, "branch_spread": 0.6},
    {"spread": 0.3, "branch_spread": 0.6, "reps": 50},
    {"spread": 0.3, "branch_spread": 0.6, "rate": 0.02},
    {"spread": 0.3, "silent": 0.3},
    {"spread": 0.3, "silent": 0.3, "rate": 0.02},
)


def p_values(case: dict[str, float | int], firms: int) -> list[npt.NDArray[np.float64]]:
    """p-values of all tested representatives, one array per firm; the seeds are the same for every case."""
    found = []
    for seed in range(firms):
        cells, _ = firm(np.random.default_rng([seed, 2016]), **case)  # type: ignore[arg-type]
        found.append(rate_test(cells).reps["p_value"].dropna().to_numpy())
    return found


def p_values_of_specialists(firms: int) -> list[npt.NDArray[np.float64]]:
    """p-values of those who nearly alone sell a product, one array per firm."""
    found = []
    for seed in range(firms):
        reps = rate_test(specialists(np.random.default_rng([seed, 2016]))).reps
        found.append(reps.loc[reps["rep"].str.startswith("S"), "p_value"].dropna().to_numpy())
    return found


def row(named: str, by_firm: list[npt.NDArray[np.float64]]) -> str:
    """One line of the table: the case, the share of p-values below each level, the share of firms with an alert."""
    values = np.concatenate(by_firm)
    shares = []
    for level in LEVELS:
        share = float((values < level).mean())
        # Representatives of one firm share a baseline, so firms, not representatives, are the independent draws.
        per_firm = np.array([(p < level).mean() for p in by_firm])
        error = 1.96 * float(per_firm.std(ddof=1)) / np.sqrt(len(by_firm))
        shares.append(f"{share:.4f} ± {error:.4f}")
    alerts = np.mean([(benjamini_hochberg(p) <= 0.10).any() for p in by_firm])
    return f"| {named} | {' | '.join(shares)} | {alerts:.2f} |"


def main() -> None:
    firms = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    print(
        f"{firms} honest firms a line; 200 reps, 9 months, 25 items a month, rate 0.08, shock 0.02 unless said\n"
    )
    print("| case | P(p < 0.05) | P(p < 0.01) | P(p < 0.001) | firms with an alert at q 0.10 |")
    print("|---|---|---|---|---|")
    for case in CASES:
        named = ", ".join(f"{name} {value:g}" for name, value in case.items())
        print(row(named, p_values(case, firms)), flush=True)
    print(row("specialists", p_values_of_specialists(firms)), flush=True)


if __name__ == "__main__":
    main()
