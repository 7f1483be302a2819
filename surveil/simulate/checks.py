"""Checks on a firm before it is handed over: schemes left traces, no single column gives anybody away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from surveil.errors import SurveilError
from surveil.simulate.answers import Answers
from surveil.simulate.firm import Firm
from surveil.simulate.schemes.plan import GREY
from surveil.simulate.table import DAY, NONE, Array, Columns, stack, take

LARGEST_AREA = 0.90
"""The most any one column may tell planted accounts from honest ones, as area under the ROC curve."""
LARGEST_PURITY = 0.95
"""The largest share of planted accounts behind one value of a column, among values with enough of them."""
VALUE_ACCOUNTS = 40
LARGEST_ABSENT = 0.5
"""The largest share of schemes that may find no occasion; they were not carried out and are not in the key."""
FEWEST_TO_JUDGE = 30
FEWEST_SCHEMES = 6
"""With fewer, time and place of the few tell them apart by accident."""
SAMPLE = 100_000


def absent_schemes(firm: Firm, answers: Answers) -> list[str]:
    """Schemes that found no occasion and left nothing, by name. Grey ones may be too small to show."""
    return [
        scheme.kind
        for position, scheme in enumerate(firm.schemes)
        if scheme.strength != GREY and not answers.by_scheme[position]
    ]


def area(score: Array, bad: Array) -> float:
    """Area under the ROC curve of one score, ties counted half; folded so that 0.5 tells nothing and 1 everything."""
    values, group = np.unique(score, return_inverse=True)
    hits = np.bincount(group, weights=bad, minlength=len(values))
    misses = np.bincount(group, weights=~bad, minlength=len(values))
    below = np.cumsum(misses) - misses
    auc = float((hits * (below + misses / 2)).sum() / max(1.0, hits.sum() * misses.sum()))
    return max(auc, 1 - auc)


def telling_columns(columns: Mapping[str, Array], bad: Array) -> list[str]:
    """Columns (whole numbers) whose size tells planted rows from honest ones, as sentences."""
    if bad.sum() < FEWEST_TO_JUDGE or (~bad).sum() < FEWEST_TO_JUDGE:
        return []
    told = {name: area(column, bad) for name, column in columns.items()}
    return [
        f"{name} separates them with an area of {by:.2f}" for name, by in told.items() if by > LARGEST_AREA
    ]


def telling_values(columns: Mapping[str, Array], bad: Array) -> list[str]:
    """Values of columns (whole numbers) behind which there is hardly anything but planted rows, as sentences."""
    found = []
    for name, column in columns.items():
        values, group = np.unique(column, return_inverse=True)
        size, hits = np.bincount(group), np.bincount(group, weights=bad)
        pure = (size >= VALUE_ACCOUNTS) & (hits > LARGEST_PURITY * size)
        found += [f"{name} = {value} is held by planted rows almost alone" for value in values[pure].tolist()]
    return found


def account_columns(accounts: Columns, numbers: Array) -> Columns:
    """The columns of accounts as numbers, with what is missing in which."""
    names = ("applied", "closed", "pulled")
    known = {f"{name} known": (accounts[name] != NONE).astype(np.int64) for name in names}
    for name in ("email", "device", "co_owners"):
        known[f"{name} known"] = np.array([value is not None for value in accounts[name]]).astype(np.int64)
    return {
        "account_id": (numbers - numbers.min()) * 1_000_000 // max(1, int(np.ptp(numbers))),
        "opened_at": accounts["opened"],
        "time of day": accounts["opened"] % DAY,
        "day of the month": accounts["day"] % 30,
        "delay of recording": accounts["recorded"] - accounts["opened"],
        "time since application": np.where(
            accounts["applied"] == NONE, 0, accounts["opened"] - accounts["applied"]
        ),
        "cents of the second": accounts["opened"] % 60,
        "phone known": (accounts["phone"] > 0).astype(np.int64),
        "is credited to another": (accounts["credited"] != accounts["rep"]).astype(np.int64),
        **{name: accounts[name] for name in ("product", "channel", "closed_by", "style", "campaign")},
        **known,
    }


@dataclass
class Findings:
    """What was wrong with what was planted, over all groups."""

    problems: list[str] = field(default_factory=list)
    sample: list[Columns] = field(default_factory=list)

    def look_at(self, accounts: Columns, numbers: Array, groups: int) -> None:
        """Judge the accounts of one of so many groups: those opened by a representative in the window.

        Values are judged at once; what sizes tell is judged at the end, on the planted and a sample of the honest.
        """
        judged = np.flatnonzero((accounts["rep"] >= 0) & (accounts["day"] >= 0))
        columns = take(account_columns(accounts, numbers), judged)
        scheme = accounts["scheme"][judged]
        self.problems += telling_values(columns | {"branch": accounts["branch"][judged]}, scheme >= 0)
        step = max(1, len(judged) * groups // SAMPLE)
        kept = np.flatnonzero((scheme >= 0) | (np.arange(len(judged)) % step == 0))
        self.sample.append(take(columns | {"scheme": scheme}, kept))

    def look_at_rows(self, feed: str, table: Columns, names: Sequence[str]) -> None:
        """Judge the planted rows of another feed by the given columns."""
        planted = table["scheme"] >= 0
        columns = {f"{feed}.{name}": table[name] for name in names}
        self.problems += telling_values(columns, planted)

    def look_at_reps(self, firm: Firm, numbers: Array) -> None:
        """Judge what is known of representatives themselves."""
        sellers = np.flatnonzero(firm.reps.role != 4)
        bad = np.isin(sellers, [scheme.rep for scheme in firm.schemes if scheme.strength != GREY])
        columns = {
            "rep_id": numbers[sellers],
            "hired_on": firm.reps.hired[sellers],
            "branch": firm.reps.home[sellers],
            "phone": firm.reps.phone[sellers],
            "position in the file": sellers,
        }
        self.problems += telling_columns(columns, bad)

    def settle(self, firm: Firm, answers: Answers) -> None:
        """Raise if anything is wrong.

        Raises:
            SurveilError: a scheme left no trace, or a column gives the answer away.
        """
        absent = absent_schemes(firm, answers)
        problems = self.problems + self._by_size()
        if len(absent) > LARGEST_ABSENT * len(firm.schemes):
            share = f"{len(absent)} of {len(firm.schemes)} schemes"
            problems.append(f"no occasion was found for {share}: {', '.join(absent)}")
        if problems:
            raise SurveilError(
                f"The simulated firm (seed {firm.seed}) is not fit to measure with: {'; '.join(problems[:5])}. "
                "Try another seed, more representatives or more months."
            )

    def _by_size(self) -> list[str]:
        """Judge the sample by size, where enough schemes differ in time and place."""
        sample = stack(self.sample)
        scheme = sample.pop("scheme")
        if len(np.unique(scheme[scheme >= 0])) < FEWEST_SCHEMES:
            return []
        return telling_columns(sample, scheme >= 0)
