"""Small simulated firms for calibration: case-mix, branch-month shocks, honest and dishonest reps."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd


def firm(
    rng: np.random.Generator,
    *,
    reps: int = 200,
    months: int = 9,
    rate: float = 0.08,
    spread: float = 0.3,
    shock: float = 0.02,
    bad: int = 0,
    items: float = 25.0,
    branch_spread: float = 0.0,
    silent: float = 0.0,
) -> tuple[pd.DataFrame, npt.NDArray[np.bool_]]:
    """Cells as `rate_test` takes them, and who is bad.

    Honest reps differ by `spread` on the log-odds scale; a share `shock` of branch-months runs at more than
    three times the odds; bad reps add the property to 6 to 20 of 100 items besides. `items`: of a rep in a
    month. Branches differ for good by `branch_spread` on the log-odds scale. A share `silent`
    of reps has a tenth of the odds of the others.
    """
    branches, products, kinds = reps // 5, 5, 3
    branch, kind = rng.integers(0, branches, reps), rng.integers(0, kinds, branches)
    volume, habit = items * np.exp(0.3 * rng.standard_normal(reps)), spread * rng.standard_normal(reps)
    product_level = np.log(rate / (1 - rate)) + 0.6 * rng.standard_normal(products)
    kind_level, month_level = 0.3 * rng.standard_normal(kinds), 0.1 * rng.standard_normal(months)
    shocked = np.where(rng.random((branches, months)) < shock, 1.2, 0.0)
    lasting = branch_spread * rng.spawn(1)[0].standard_normal(branches)
    habit = habit - np.where(rng.spawn(1)[0].random(reps) < silent, np.log(10), 0.0)
    mix = rng.dirichlet(np.full(products, 3.0), reps)
    rep, product, month = (a.ravel() for a in np.indices((reps, products, months)))
    n = rng.poisson(volume[rep] * mix[rep, product])
    place = branch[rep]
    odds = (
        product_level[product]
        + kind_level[kind[place]]
        + month_level[month]
        + shocked[place, month]
        + lasting[place]
        + habit[rep]
    )
    chance = 1 / (1 + np.exp(-odds))
    is_bad = np.zeros(reps, dtype=bool)
    is_bad[rng.choice(reps, bad, replace=False)] = True
    extra = np.where(is_bad, rng.uniform(0.06, 0.20, reps), 0.0)
    y = rng.binomial(n, chance + (1 - chance) * extra[rep])
    names = {
        "rep": [f"R{i:04d}" for i in rep],
        "stratum": [f"P{p}|{k}" for p, k in zip(product, kind[place], strict=True)],
        "branch": [f"B{b:03d}" for b in place],
    }
    frame = pd.DataFrame({**names, "month": month, "n": n, "y": y})
    return frame[frame["n"] > 0].reset_index(drop=True), is_bad


def specialists(rng: np.random.Generator, kinds: int = 25) -> pd.DataFrame:
    """Cells of an honest firm whose products have rates of their own, each sold by a specialist (`S…`) and hardly by others.

    Each specialist sells 40 of his kind, eight of forty others one each; all sell the usual product besides.
    """
    rows: list[tuple[str, str, int, int]] = []
    for i in range(kinds):
        usual = 1 / (1 + np.exp(-rng.normal(-2.5, 1.5)))
        rows += [(f"R{j:02d}", f"P{i:02d}", 1, int(rng.random() < usual)) for j in range(8)]
        rows.append((f"S{i:02d}", f"P{i:02d}", 40, int(rng.binomial(40, usual))))
    rows += [(f"R{j:02d}", "usual", 60, int(rng.binomial(60, 0.08))) for j in range(40)]
    rows += [(f"S{i:02d}", "usual", 20, int(rng.binomial(20, 0.08))) for i in range(kinds)]
    return pd.DataFrame(rows, columns=["rep", "stratum", "n", "y"]).assign(branch="", month=0)
