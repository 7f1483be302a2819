"""How near the ranking of accounts is to what labels could teach.

Nobody has labels, so surveil's ranking learns from none. Here a supervised model is trained on the answer keys of the other
firms and ranks the accounts of each firm by the same signs, what is usual for them, its opener's other accounts, and all
detectors' findings. It stands for the best that such data allow, on firms of this generator. Beside it stand the count
of signs and their summed weights.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from surveil.detectors.base import items_of
from surveil.detectors.rates import AccountCells
from surveil.detectors.unauthorized.account_signs import LISTED, SIGNS, listed_signs, signs_of
from surveil.detectors.unauthorized.sittings import sittings_of
from surveil.detectors.unauthorized.unauthorized_mixture import Parameters, UnauthorizedMixture
from surveil.evaluate.metrics import average_precision
from surveil.statistics.mixture import account_evidence

RIVALS = ("surveil", "count of signs", "summed weights", "supervised ceiling")
ORDINARY = (
    20_000  # ordinary accounts of each firm that are learned from: enough, and every firm stays in memory
)
NOT_KNOWN = -9.0

Floats = npt.NDArray[np.float64]


def accounts_of(folder: Path) -> pd.DataFrame:
    """One row per account of a firm made and scanned: `bad`, the scores of all rivals but the last, features `x …`."""
    run = max((folder / "workspace" / "runs").glob("R-*"))
    parameters = Parameters()
    rows = _numbers(pd.read_parquet(run / "measurements" / "account_evidence.parquet"))
    findings = pd.read_parquet(run / "findings.parquet", columns=["detector", "account_id", "detail"])
    flags = pd.concat(
        [
            signs_of(rows, parameters, parameters.grace_days, parameters.quick_close_days),
            listed_signs(rows, _heard(findings)),
        ],
        axis=1,
    )[list(SIGNS)]
    seen = flags.to_numpy(dtype=float, na_value=np.nan)
    cells = AccountCells(rows)
    chance = np.maximum(np.column_stack([cells.chance(flags[s]) for s in SIGNS]), parameters.least_chance)
    weights = account_evidence(seen, chance, [getattr(parameters, sign) for sign in SIGNS])
    ranking = pd.read_csv(folder / "outputs" / "accounts.csv", dtype={"account_id": str})
    account = rows["account_id"].astype(str)
    key = pd.read_csv(folder / "feeds" / "answers" / "accounts.csv", dtype=str)
    named = {f"x {name}": account.isin(set(of["account_id"])) for name, of in findings.groupby("detector")}
    return pd.DataFrame(
        {
            "bad": account.isin(set(key["account_id"])),
            "surveil": account.map(ranking.set_index("account_id")["score"]).fillna(0.0),
            "count of signs": np.nansum(seen, axis=1),
            "summed weights": weights.sum(axis=1),
            **{f"x sign {name}": column for name, column in zip(SIGNS, seen.T, strict=True)},
            **{f"x weight {name}": column for name, column in zip(SIGNS, weights.T, strict=True)},
            "x weights": weights.sum(axis=1),
            **_company(rows, weights.sum(axis=1)),
            **{name: told for name, told in named.items() if name != f"x {UnauthorizedMixture.id}"},
        }
    )


def _numbers(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows as the engine gives them: whole numbers that may be missing."""
    return rows.convert_dtypes(convert_floating=False, convert_boolean=False)


def _heard(findings: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The findings of the detectors that UA17 listens to, as it gets them."""
    import json

    told = findings.assign(detail=[json.loads(text) for text in findings["detail"]])
    return {items_of(name): told[told["detector"] == name] for name, _ in LISTED.values()}


def _company(rows: pd.DataFrame, weights: Floats) -> dict[str, Floats]:
    """What the other accounts of the same opener, month, week, sitting and customer look like: mean likelihood ratio."""
    ratio = np.exp(np.clip(weights, -3.0, 10.0))
    rep = rows["rep_id"].astype(str)
    groups = {
        "opener": rep,
        "month": rep + rows["month"].astype(str),
        "week": rep + (rows["opened_day"] // 7).astype(str),
        "sitting": pd.Series(sittings_of(rows)),
        "customer": rows["customer_id"].astype(str),
    }
    found = {}
    for name, group in groups.items():
        code = pd.factorize(group)[0]
        others = np.bincount(code)[code] - 1
        found[f"x {name}"] = (np.bincount(code, ratio)[code] - ratio) / np.maximum(others, 1)
    return found


def supervised(others: list[pd.DataFrame], firm: pd.DataFrame) -> Floats:
    """Scores of a firm's accounts by gradient boosting trained on the others."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    parts = [
        pd.concat(
            [one[one["bad"]], (good := one[~one["bad"]]).sample(min(ORDINARY, len(good)), random_state=0)]
        )
        for one in others
    ]
    known = pd.concat(parts)
    features = sorted({name for one in (known, firm) for name in one if name.startswith("x ")})
    model = HistGradientBoostingClassifier(
        max_iter=150, max_leaf_nodes=15, l2_regularization=1.0, random_state=0
    ).fit(_plain(known, features), known["bad"])
    return np.asarray(model.predict_proba(_plain(firm, features))[:, 1])


def _plain(accounts: pd.DataFrame, features: list[str]) -> Floats:
    """What is not known has a value of its own."""
    filled = accounts.reindex(columns=features).astype(float).fillna(NOT_KNOWN)
    return np.asarray(filled, dtype=np.float64)


def compared(firms: dict[int, pd.DataFrame]) -> pd.DataFrame:
    """Average precision, firms × rivals."""
    found = {}
    for seed, firm in firms.items():
        ceiling = supervised([other for name, other in firms.items() if name != seed], firm)
        scores = firm.assign(**{RIVALS[-1]: ceiling})
        found[seed] = {
            name: average_precision(scores[name].rank(ascending=False, method="max"), firm["bad"])
            for name in RIVALS
        }
    return pd.DataFrame(found).T


def table(firms: dict[int, pd.DataFrame]) -> str:
    """Average precision of every rival on each firm and in the mean, in Markdown."""
    found = compared(firms)
    lines = [f"| firm | {' | '.join(RIVALS)} |", f"|---|{'---|' * len(RIVALS)}"]
    for name, row in [*found.iterrows(), ("mean", found.mean())]:
        lines.append(f"| {name} | {' | '.join(f'{row[rival]:.2f}' for rival in RIVALS)} |")
    return "\n".join(lines)
