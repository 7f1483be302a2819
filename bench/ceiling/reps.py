"""How near the ranking of representatives is to what labels could teach.

Nobody has labels, so surveil's ranking learns from none. Here a random forest is trained on the answer keys of the other
firms and ranks the representatives of each firm by all there is to know of them: case-mix-adjusted rates, every
detector's findings, their accounts' scores, and surveil's own evidence. Once it learns to tell any wrongdoer from honest
people, once each typology alone, which nobody could without labels of just that one. It stands for the best that such
data allow, on firms of this generator.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from bench.accuracy.features import features
from surveil.evaluate.answers import AnswerKey
from surveil.evaluate.metrics import average_precision

#: Typologies told apart, as groups: what the table calls them, and what the key does.
GROUPS: Mapping[str, tuple[str, ...]] = {
    "forgers and token funders": ("forger", "token_funder"),
    "goal gamers and sandbaggers": ("gamer", "sandbagger"),
    "referral mills": ("referral_miller",),
    "referral rings": ("referral_ring",),
    "sellers after a refusal": ("reseller_after_refusal",),
    "bundlers": ("bundler",),
    "duplicators": ("duplicator",),
    "tamperers with contact data": ("contact_tamperer",),
    "pushers of credit": ("credit_pusher",),
    "quick closers": ("quick_closer",),
    "over-concentrators": ("over_concentrator",),
}
ANYBODY = "any wrongdoer"

Floats = npt.NDArray[np.float64]


def reps_of(folder: Path) -> pd.DataFrame:
    """One row per representative of a firm made and scanned who is honest or has to be found: `evidence` (surveil's score),
    `bad`, a column of truth for each of `GROUPS`, and features `x …`.
    """
    key = AnswerKey.read(folder / "feeds" / "answers")
    ranking = pd.read_csv(folder / "outputs" / "reps.csv", dtype={"rep_id": str}).set_index("rep_id")
    reps = pd.Index(sorted(set(ranking.index) - key.grey), name="rep_id")
    ranking = ranking.reindex(reps)
    findings = pd.read_parquet(folder / "outputs" / "findings.parquet", columns=["rep_id", "detector"])
    named = findings.groupby(["rep_id", "detector"]).size().unstack(fill_value=0).reindex(reps).fillna(0)
    accounts = pd.read_csv(folder / "outputs" / "accounts.csv", dtype={"rep_id": str}).groupby("rep_id")[
        "score"
    ]
    opened = accounts.size().reindex(reps).fillna(0)
    rates = features(folder / "feeds", reps).z
    wrong = key.reps[key.reps["strength"] != "grey"]
    return pd.DataFrame(
        {
            "evidence": ranking["score"].fillna(0.0),
            "bad": reps.isin(key.bad),
            **{name: reps.isin(wrong["rep_id"][wrong["typology"].isin(of)]) for name, of in GROUPS.items()},
            "x evidence": ranking["score"].fillna(0.0),
            "x p": -np.log10(ranking["p_value"].fillna(1.0)),
            "x accounts": opened,
            "x odd accounts": accounts.sum().reindex(reps).fillna(0.0),
            "x oddest account": accounts.max().reindex(reps).fillna(0.0),
            **{f"x rate {name}": rates[name].to_numpy() for name in rates},
            **{f"x found {name}": named[name] for name in named},
            **{f"x share {name}": named[name] / opened.clip(lower=1) for name in named},
        },
        index=reps,
    )


def supervised(others: list[pd.DataFrame], firm: pd.DataFrame, truth: str) -> Floats:
    """Scores of a firm's representatives by a forest that learned on the other firms to tell `truth` from honest people."""
    from sklearn.ensemble import RandomForestClassifier

    known = pd.concat([one[one[truth] | ~one["bad"]] for one in others])
    columns = sorted({name for name in known if name.startswith("x ")})
    forest = RandomForestClassifier(
        300, min_samples_leaf=2, class_weight="balanced_subsample", random_state=0
    )
    forest.fit(known[columns].fillna(0.0).to_numpy(), known[truth].to_numpy())
    return np.asarray(forest.predict_proba(firm.reindex(columns=columns).fillna(0.0).to_numpy())[:, 1])


def compared(firms: Mapping[int, pd.DataFrame]) -> pd.DataFrame:
    """One row per group: how many there are, and the mean over firms that have any of surveil's average precision and the
    ceilings', each among these and the honest.
    """
    found: dict[str, list[tuple[int, float, float, float]]] = {}
    for seed, firm in firms.items():
        others = [other for name, other in firms.items() if name != seed]
        anybody = supervised(others, firm, "bad")
        for name in (ANYBODY, *GROUPS):
            truth = "bad" if name == ANYBODY else name
            taught = sum(int(other[truth].sum()) for other in others)
            if not firm[truth].any() or not taught:
                continue
            told = firm.assign(
                anybody=anybody, alone=anybody if truth == "bad" else supervised(others, firm, truth)
            )
            here = told[told[truth] | ~told["bad"]]
            ours, taught_all, taught_this = (
                average_precision(here[score].rank(ascending=False, method="max"), here[truth]) or 0.0
                for score in ("evidence", "anybody", "alone")
            )
            found.setdefault(name, []).append((int(here[truth].sum()), ours, taught_all, taught_this))
    rows = {
        name: [sum(row[0] for row in of), *np.mean([row[1:] for row in of], axis=0)]
        for name, of in found.items()
    }
    return pd.DataFrame.from_dict(
        rows, orient="index", columns=["reps", "surveil", "taught all", "taught this"]
    )


def table(firms: dict[int, pd.DataFrame]) -> str:
    """Average precision of surveil and of the two ceilings for each group, in Markdown."""
    lines = [
        "| who | representatives | surveil | ceiling, taught all | ceiling, taught this |",
        "|---|---|---|---|---|",
    ]
    for name, row in compared(firms).iterrows():
        scores = " | ".join(f"{row[one]:.2f}" for one in ("surveil", "taught all", "taught this"))
        lines.append(f"| {name} | {row['reps']:.0f} | {scores} |")
    return "\n".join(lines)
