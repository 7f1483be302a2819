"""
# UA13 Open, close, reopen

## What it finds
Accounts that staff opened within {reopen_days} days after the same customer's account of the same product had been
closed, when that one had lived {lived_days} days at most and somebody had the credit for it. Accounts opened within
{turned_days} days after staff had closed the customer's old one of the same product, however old. And accounts that their
customer never used, closed within {after_days} days after the {clawback_days} days for which a credit can be taken
back. It flags representatives with more of either than expected.

## Why it matters
Who is paid for each opening can earn the same customer twice: close, wait, open again; or close what he has had for years
and open it anew, which counts as a new account. And an account that lives
exactly as long as the bonus can be clawed back was opened for the bonus.

## How it decides
Reopened accounts are compared with colleagues' openings of the same product for customers who had it before, through
the same channel at the same kind of branch, and with an ordinary rate of {ordinary_rate} of these, for some customers
do come back. So nobody is blamed for customers who hold much and therefore close and open more. Old accounts that staff
closed and opened anew are compared in the same way, but for those whose term had run out. Closings after the
clawback are compared with colleagues' accounts of the same kind that are old enough to have been closed then; that an
account was never used is said only where the transactions show all of its life. For each opener a customer counts once.
These rates are joined into one p-value. An account in which real money lay for {kept_days} days and for at least half of
its life was no sham: neither its own closing nor a reopening after it counts, as when a certificate of deposit runs out
and is renewed. Where the product binds its customers for a time and the account was closed before, they do count. An
account in place of one that the firm itself had closed a day before at most, as after a theft, and one that staff
closed within a day in which the opener opened another for the customer, as after a slip of the keyboard, are nobody's
sale: no detector judges them. How many each of these are is told here.

## What it misses
A reopening as another product or for another member of the household; real deposits that are closed and opened again for
the credit alone, where the product binds nobody; closings timed to a window that is not {clawback_days}
days long (set it to the firm's own).

## Innocent explanations
- A lost card, a breach or fraud: the account is closed and replaced by a new one.
- A customer who moved away and came back, or changed his mind; seasonal accounts.
- A certificate of deposit that ran out and was renewed as a new account: where the transactions show the money that lay in
  it, it does not count.
- A fee or an introductory rate that begins just when the clawback ends: then colleagues' accounts close as well.

## What to check
- Who closed the earlier account, and did the customer ask for it?
- Was the credit or the bonus paid for both?
- Was there real money in the earlier one, and had its term run out?
- Did the number, the card or the terms change in a way that gives a reason?

## References
Prudential's policies sold at Wells Fargo (complaint of former employees, 2016): opened, closed and opened again. Joined
p-values: Liu and Xie, JASA 2020.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from surveil.alerts.model import Family, Severity
from surveil.detectors import base
from surveil.detectors.base import Decision, Detector, Gap, param
from surveil.detectors.rare import rare_tests
from surveil.detectors.rates import STRATUM, rate_cells, rate_tests
from surveil.detectors.signs import strongest

CELL = ["rep_id", *STRATUM, "branch_id", "month"]
#: Days by which a month of a product's term may fall short of a calendar month, and by which it may end early.
TERM_MONTH, TERM_SLACK = 30, 3


#: `why` of the model `void_openings` -> how it reads.
_VOID = {
    "replaced": "opened in place of an account that the firm itself had closed a day before at most",
    "mistyped": "closed by staff within a day of which the opener opened another one for the customer",
}


class Parameters(base.Parameters):
    """What may be set."""

    reopen_days: int = param(
        180, unit="days", ge=1, le=730, citation="our judgement: half a year",
        meaning="days after a closing within which the same product is reopened",
    )  # fmt: skip
    lived_days: int = param(
        365, unit="days", ge=30, le=3650,
        citation="our judgement: who closes an old account and opens a new one has his reasons",
        meaning="longest life of the earlier account",
    )  # fmt: skip
    turned_days: int = param(
        30, unit="days", ge=1, le=365, citation="our judgement: what is closed for a new one is closed around it",
        meaning="days after staff closed an old account within which the same product is opened anew",
    )  # fmt: skip
    clawback_days: int = param(
        90, unit="days", ge=14, le=380,
        citation="our judgement: credits are often taken back for three months; set the firm's own",
        meaning="days after the opening for which a credit can be taken back",
    )  # fmt: skip
    after_days: int = param(
        14, unit="days", ge=3, le=60, citation="our judgement: two weeks",
        meaning="days after the end of the clawback within which a closing counts as just after it",
    )  # fmt: skip
    kept_cents: int = param(
        50_000, unit="cents", ge=1, le=10_000_000, measured=True,
        citation="our judgement: more than staff would lend, less than certificates ask for",
        meaning="balance from which an account holds real money",
    )  # fmt: skip
    kept_days: int = param(
        28, unit="days", ge=7, le=365, citation="our judgement: simulated funding goes back within days",
        meaning="days for which real money lay in an account that was no sham, at least half of its life",
    )  # fmt: skip
    ordinary_rate: float = param(
        0.02, unit="share of openings", ge=0.0001, le=0.2, citation="our judgement: some customers do come back",
        meaning="share of openings for customers who had the product before that are honest returns soon after a closing",
    )  # fmt: skip


class OpenCloseReopen(Detector):
    """The same product closed and opened again, or closed as soon as the credit is safe."""

    id = "UA13"
    slug = "open_close_reopen"
    name = "Closed and reopened"
    version = "19"
    family = Family.UNAUTHORIZED
    typology = "T14"
    severity = Severity.HIGH
    needs = ("accounts.opened_by", "accounts.closed_on")
    in_parts = True
    models = ("reopening_items", "reopening_counts", "void_counts")
    parameter_type = Parameters

    def decide(self, measured: Mapping[str, pd.DataFrame], parameters: Parameters) -> Decision:
        rows, counts = measured["reopening_items"], measured["reopening_counts"]
        again = _there(
            (rows["gap_days"] <= parameters.reopen_days)
            & (rows["earlier_lived_days"] <= parameters.lived_days)
            & rows["earlier_credited_to"].notna()
        )
        renewed = again & _real(rows["earlier_kept_days"], rows["earlier_lived_days"], rows, parameters)
        again &= ~renewed
        ended = _there(rows["earlier_lived_days"] >= _term(rows)) & rows["lockup_months"].notna()
        turned = _there(rows["gap_days"] <= parameters.turned_days)
        turned &= rows["earlier_closed_by"].fillna("").astype(str) == "rep"
        turned &= ~again & ~renewed & ~ended
        end = parameters.clawback_days + parameters.after_days
        safe = _there((rows["lived_days"] >= parameters.clawback_days) & (rows["lived_days"] < end))
        safe &= _there(rows["age_days"] >= end) & rows["first_use_days"].isna()
        safe &= ~_real(rows["kept_days"], rows["lived_days"], rows, parameters)
        # Only of what was watched to its end is it known that it was never used.
        watched = _there(rows["seen_days"] >= rows["lived_days"] - 1)
        unwatched = int((safe & ~watched).sum())
        safe &= watched
        old = _there(counts["age_days"] >= end)
        tests = [
            rare_tests(
                _cells(counts[counts["had_before"] == 1], rows[again]),
                "openings of a product that the customer had held came soon after it was closed",
                parameters.ordinary_rate,
            ).query("observed > 0"),
            rare_tests(
                _cells(counts[counts["had_before"] == 1], rows[turned]),
                "openings of a product that the customer had held came just after staff had closed his old one",
                parameters.ordinary_rate,
            ).query("observed > 0"),
            rate_tests(
                _cells(counts[old], rows[safe]), "unused accounts closed just after their clawback ended"
            ).tests,
        ]
        found = rows[again | turned | safe]
        items = base.frame(
            base.ITEM_COLUMNS,
            **base.about(found, "accounts", key="account_id", day="opened_day"),
            score=_scores(found, (again | turned)[found.index], parameters),
            detail=base.details(
                found, ["product_code", "channel", "earlier_account_id", "earlier_credited_to", "credited_to",
                        "earlier_lived_days", "earlier_closed_by", "gap_days", "lived_days"],
            ),
        )  # fmt: skip
        young = int(counts["n"][~old].sum())
        void = measured["void_counts"].groupby("why")["n"].sum()
        gaps = (
            *(
                Gap(int(void.get(why, 0)), f"{told}: no detector judges these openings")
                for why, told in _VOID.items()
            ),
            Gap(
                int(renewed.sum()),
                "opened soon after an account in which real money had lain to a regular end: a renewal",
            ),
            Gap(
                young, f"younger than {end} days: whether it closes just after the clawback is not known yet"
            ),
            Gap(
                unwatched,
                "closed just after the clawback: whether its customer had used it is not known, as the transactions do not "
                "cover it to its end or one of a kind that is not known may have been his",
            ),
        )
        return Decision(
            items, strongest(tests), int(counts["n"].sum()), tuple(gap for gap in gaps if gap.count)
        )


def _there(condition: pd.Series) -> pd.Series:
    return condition.fillna(False).astype(bool)


def _real(kept: pd.Series, lived: pd.Series, rows: pd.DataFrame, parameters: Parameters) -> pd.Series:
    """Whether real money lay in an account for most of a life that no term cut short."""
    return _there((kept >= parameters.kept_days) & (kept * 2 >= lived) & (lived >= _term(rows)))


def _term(rows: pd.DataFrame) -> pd.Series:
    """Days for which the product binds; 0 where it does not, or nobody knows."""
    return (rows["lockup_months"].astype("Float64") * TERM_MONTH - TERM_SLACK).fillna(0)


def _cells(counts: pd.DataFrame, flagged: pd.DataFrame) -> pd.DataFrame:
    """Cells of openings; of an opener's flagged accounts for one customer the first counts."""
    once = flagged.sort_values(["opened_day", "account_id"]).drop_duplicates(["rep_id", "customer_id"])
    done = once.groupby(CELL, as_index=False).size().rename(columns={"size": "y"})
    n = counts.groupby(CELL, as_index=False)["n"].sum().merge(done, on=CELL, how="left")
    return rate_cells(n, n["y"].fillna(0).astype("int64"))


def _scores(found: pd.DataFrame, again: pd.Series, parameters: Parameters) -> np.ndarray:
    """A reopening says the more the sooner it came; a closing after the clawback alone says little."""
    sooner = 1 - 0.5 * found["gap_days"].astype(float) / parameters.reopen_days
    same = found["earlier_credited_to"] == found["credited_to"]
    reopened = sooner.to_numpy() * np.where(same.fillna(False), 1.0, 0.8)
    return np.where(again, reopened, 0.3)
