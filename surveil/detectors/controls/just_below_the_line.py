"""
# CT03 Just below the line

## What it finds
Representatives whose results crowd on the safe side of a line from which a detector or a rule counts them: trusts given up
just before they would count as early, concentrations just under the limit, an account's money taken back just after a
round trip would have ended, deposits just above a token. And who sells one thing in parts, each just below a round sum. It
also says what no detector could see.

## Why it matters
Who knows the line steers around it: a sale in two parts of 49,000 needs no second signature, and earns the customer no
discount from 50,000. A bank looked at those with fifty round trips and left those with forty-nine alone;
the next year there were many with forty-nine.

## How it decides
A result is near a line within {reach_percent} percent of it on either side, and just below it within {band_percent} percent
on the safe side. The lines are: replaced trusts with fewer than {uit_days} days left (annuities and notes: {term_days}),
sales under {share_percent} percent of liquid net worth in one place ({complex_percent} for products of complexity
{complex_from} and more), money that went back later than a round trip takes (parameters of UA03), and deposits above a
token (parameters of UA04). Of a representative's results near the lines, those just below are compared with colleagues'
results near the same line; and, as results know of no line, with the share that an even spread would put there. The larger
of the two p-values counts.

Sales of one product to one customer within {part_days} days, two or more of which lie within {band_percent} percent below
the same round sum (1, 2.5 or 5 with noughts, from {part_least} on), are parts. The customers for whom somebody did so are
compared with colleagues' and with an ordinary share of {part_share} of sales. Both tests are joined (Cauchy). Results are
listed of those with p up to {listed_p}. Openings on days that an extract of evidence does not cover are counted in the
coverage report, with their branches: that is where nobody looks.

## What it misses
A line that a whole firm steers around alike; lines that are the firm's own. A firm that moves a line of another detector
moves the parameter of the same name here, too.

## Innocent explanations
- The line is a published rule, and he keeps it: a trust given up after its hundred days is allowed.
- Prices and minimum deposits that are round sums just beyond a line.
- A customer who buys in instalments, or for two people.
- Few results: three on one side of a line are soon there.

## What to check
- Were the days, amounts or shares changed shortly before, so that they came to lie there?
- What do the same customers' papers show just across the line?
- Why does an extract leave out the branches named, and since when?

## References
OCC Notice of Charges N20-001, 2020: a screen at 50 instances, where 49 were let pass. Samples from below the line are
usual in tuning monitoring against money laundering. Lancaster 1961 (mid-p).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from surveil.alerts.model import Family, Severity
from surveil.alerts.runs import first_of
from surveil.detectors import base
from surveil.detectors.base import Decision, Detector, Gap, param
from surveil.detectors.competence import concentration, early_replacement
from surveil.detectors.competence.profiles import with_values
from surveil.detectors.rare import rare_tests
from surveil.detectors.rates import rate_cells
from surveil.detectors.signs import strongest

STRATUM = ("line", "branch_kind")
_SHOWN = ["line", "value", "limit", "beyond_percent"]
_KEPT = ["rep_id", "customer_id", "account_id", "branch_id", "branch_kind", "month", "day"]
_UNSEEN = {
    "no_transactions": "transactions: whether the account was used",
    "no_consents": "consents: whether the customer agreed",
    "no_contacts": "contacts: whether the customer was there",
}
_BRANCHES_NAMED = 10
#: Of each size, the sums at which firms draw their lines.
_ROUND = (2.5, 5.0, 10.0)
_PART = ["rep_id", "customer_id", "product_code", "limit"]


class Parameters(base.Parameters):
    """What may be set."""

    uit_days: int = param(
        early_replacement.Parameters().uit_days, unit="days", ge=1, le=730, citation="as in CS07",
        meaning="days a unit trust had left from which its replacement is early",
    )  # fmt: skip
    term_days: int = param(
        early_replacement.Parameters().term_days, unit="days", ge=1, le=3650, citation="as in CS07",
        meaning="days an annuity or a note had left from which its replacement is early",
    )  # fmt: skip
    share_percent: int = param(
        concentration.Parameters().share_percent, unit="percent of liquid net worth", ge=5, le=100,
        citation="as in CS05",
        meaning="share in one sale or family from which it is too much",
    )  # fmt: skip
    complex_percent: int = param(
        concentration.Parameters().complex_percent, unit="percent of liquid net worth", ge=5, le=100,
        citation="as in CS05", meaning="the same for complex products",
    )  # fmt: skip
    complex_from: int = param(
        concentration.Parameters().complex_from, unit="steps of five", ge=1, le=5, citation="as in CS05",
        meaning="complexity from which a product is complex",
    )  # fmt: skip
    band_percent: int = param(
        10, unit="percent of the line", ge=1, le=25, citation="our judgement: 45 to 49 where the line is at 50",
        meaning="how far on the safe side of a line a result is just below it",
    )  # fmt: skip
    reach_percent: int = param(
        50, unit="percent of the line", ge=10, le=50,
        citation="our judgement: over so short a way results change little",
        meaning="how far on either side of a line its results are looked at",
    )  # fmt: skip
    part_days: int = param(
        3, unit="days", ge=0, le=60, measured=True, citation="our judgement: parts of one sale come together",
        meaning="days within which sales of one product to one customer may be parts of one",
    )  # fmt: skip
    part_least: int = param(
        5_000, unit="money", ge=100, le=10_000_000, citation="our judgement: nobody signs twice for less",
        meaning="smallest round sum below which parts are looked for",
    )  # fmt: skip
    part_share: float = param(
        0.002, unit="share of sales", ge=0.0001, le=0.1, citation="our judgement: a special case in five hundred",
        meaning="customers, for each sale of anybody's, who buy in such parts of their own accord",
    )  # fmt: skip
    listed_p: float = param(
        0.01, unit="probability", ge=0.0001, le=0.2,
        citation="our judgement: a result below a line is nothing odd in itself",
        meaning="p-value up to which a representative's results just below a line are listed",
    )  # fmt: skip


class JustBelowTheLine(Detector):
    """Results that crowd on the safe side of the lines that other detectors draw."""

    id = "CT03"
    slug = "just_below_the_line"
    name = "Just below the line"
    version = "17"
    family = Family.CONTROL
    typology = "T37"
    severity = Severity.MEDIUM
    needs = ("accounts.opened_by",)
    models = (
        "replaced_sales",
        "invested_sales",
        "profile_then",
        "returned_money",
        "small_deposits",
        "unseen_openings",
        "parted_sales",
        "sale_cells",
    )
    parameter_type = Parameters

    def decide(self, measured: Mapping[str, pd.DataFrame], parameters: Parameters) -> Decision:
        results = pd.concat(
            [_replaced(measured, parameters), _concentrated(measured, parameters), *_moved(measured)],
            ignore_index=True,
        )
        near = results[results["beyond_percent"].abs() <= parameters.reach_percent].assign(n=1)
        below = (near["beyond_percent"] > 0) & (near["beyond_percent"] <= parameters.band_percent)
        even = parameters.band_percent / (2 * parameters.reach_percent)
        what = "results near a line lie just on its safe side"
        parts = _parts(measured["parted_sales"], parameters)
        tests = strongest(
            [
                rare_tests(rate_cells(near, below, STRATUM), what, even),
                _parted(parts, measured["sale_cells"], parameters.part_share),
            ]
        )
        found = tests["subject_id"][(tests["p_value"] <= parameters.listed_p).fillna(False)]
        rows = pd.concat([near[below], parts], ignore_index=True)
        rows = rows[rows["rep_id"].isin(found)]
        items = base.frame(
            base.ITEM_COLUMNS,
            **{
                name: rows[name]
                for name in ("feed", "key", "rep_id", "customer_id", "account_id", "branch_id", "day")
            },
            score=0.5,
            detail=base.details(rows, _SHOWN),
        )
        return Decision(
            items, tests, len(near) + len(measured["parted_sales"]), _unseen(measured["unseen_openings"])
        )


def _line(
    rows: pd.DataFrame,
    name: str,
    feed: str,
    key: str,
    value: pd.Series,
    limit: pd.Series,
    *,
    safe_above: bool,
) -> pd.DataFrame:
    """Results of one line: `value`, `limit`, and by how many percent of it they are on the safe side (negative: across)."""
    made = rows[_KEPT].assign(line=name, feed=feed, key=rows[key].astype(str))
    made = made.assign(value=value.astype(float), limit=limit.astype(float))
    gap = made["value"] - made["limit"] if safe_above else made["limit"] - made["value"]
    # What lies on a line is across it: "from" one side, "up to" and with it from the other.
    return made.assign(beyond_percent=100 * gap / made["limit"])[(made["limit"] > 0) & made["value"].notna()]


def _replaced(measured: Mapping[str, pd.DataFrame], parameters: Parameters) -> pd.DataFrame:
    """Trusts, annuities and notes given up: days they had left."""
    rows = measured["replaced_sales"]
    rows = rows[rows["earlier_family"].isin(early_replacement.TERM_FAMILIES)]
    limit = rows["earlier_family"].map({"uit": parameters.uit_days}).fillna(parameters.term_days)
    left = early_replacement.days_left(rows)
    return _line(rows, "days left of what was replaced", "sales", "sale_id", left, limit, safe_above=False)


def _concentrated(measured: Mapping[str, pd.DataFrame], parameters: Parameters) -> pd.DataFrame:
    """Sales of investments: percent of the customer's liquid net worth then in one place."""
    rows = with_values(measured["invested_sales"], measured["profile_then"])
    rows = rows[(rows["liquid_net_worth"].astype("Float64") > 0).fillna(False).astype(bool)]
    percent = concentration.percent_of_worth(rows)
    limit = concentration.limits(
        rows, parameters.share_percent, parameters.complex_percent, parameters.complex_from
    )
    return _line(rows, "percent of liquid net worth", "sales", "sale_id", percent, limit, safe_above=False)


def _moved(measured: Mapping[str, pd.DataFrame]) -> list[pd.DataFrame]:
    """Money that went back, by days; and small deposits, by cents."""
    back, small = measured["returned_money"], measured["small_deposits"]
    return [
        _line(back, "days until the money went back", "accounts", "account_id",
              back["days_back"], back["limit_days"], safe_above=True),
        _line(small, "cents of a small deposit", "transactions", "transaction_id",
              small["cents"], small["limit_cents"], safe_above=True),
    ]  # fmt: skip


def _parts(rows: pd.DataFrame, parameters: Parameters) -> pd.DataFrame:
    """The sales of `parted_sales` that lie just below the same round sum as another one: one line for each sum."""
    money = rows["amount_cents"].astype(float) / 100
    size = 10.0 ** np.floor(np.log10(money))
    # The next round sum above, never the amount itself.
    line = np.select(
        [money < steps * size for steps in _ROUND[:-1]],
        [steps * size for steps in _ROUND[:-1]],
        _ROUND[-1] * size,
    )
    made = _line(
        rows,
        "amount of one of several sales at once",
        "sales",
        "sale_id",
        money,
        pd.Series(line, rows.index),
        safe_above=False,
    )
    made = made.assign(product_code=rows["product_code"])
    made = made[
        (made["beyond_percent"] <= parameters.band_percent) & (made["limit"] >= parameters.part_least)
    ]
    return made[made.duplicated(_PART, keep=False)]


def _parted(parts: pd.DataFrame, sales: pd.DataFrame, ordinary: float) -> pd.DataFrame:
    """Tests of how many customers somebody sold to in parts, for the number of his sales."""
    cell = ["rep_id", "branch_kind", "branch_id", "month"]
    once = parts.sort_values(["day", "key"]).drop_duplicates(_PART)
    done = once.groupby(cell, as_index=False, dropna=False).size().rename(columns={"size": "y"})
    cells = sales.merge(done, on=cell, how="left")
    happened = cells["y"].fillna(0).astype("int64").clip(upper=cells["n"].astype("int64"))
    what = "sales were made in parts just below a round sum"
    return rare_tests(rate_cells(cells, happened, ("branch_kind",)), what, ordinary).query("observed > 0")


def _unseen(openings: pd.DataFrame) -> tuple[Gap, ...]:
    """What no extract covers, with the branches where most of it lies."""
    gaps = []
    for column, told in _UNSEEN.items():
        rows = openings[openings[column] > 0].sort_values([column, "branch_id"], ascending=[False, True])
        named = [str(name) or "no branch" for name in rows["branch_id"].fillna("")]
        where = first_of(named, _BRANCHES_NAMED)
        gaps.append(
            Gap(int(rows[column].sum()), f"openings not covered by the extract of {told} is unseen ({where})")
        )
    return tuple(gap for gap in gaps if gap.count)
