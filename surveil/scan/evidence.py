"""All that detectors say of a representative, or of a branch, joined: points of evidence, one p, one q, one rank."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from surveil.alerts.model import SubjectType
from surveil.detectors.base import Decision, Detector, Gap
from surveil.statistics.combine import benjamini_hochberg, cauchy_combination

#: Evidence at which a score is one half; beyond it a score rises ever more slowly and never reaches 1.
HALF_SCORE_POINTS = 3.0

#: A rule flags by itself, so one breach weighs what a test must show to flag by itself among some two hundred people
#: and forty tests: a p-value of 0.0003. Were it less, whoever is flagged would stand below others who are not.
FIRST_BREACH_POINTS = 3.5


#: One breach among so many that were in order, and one more in each hundred, are slips until there are more: an alert, to be
#: put right, but of low severity. So much less is a slip worth; of k breaches beyond the hundredths, that divided by k².
SLIP_AMONG, SLIP_RATE, SLIP_POINTS = 20, 0.01, 1.6


@dataclass(frozen=True)
class Kept:
    """A decision that was written down: as `Decision`, but that items are read when they are asked for, their details as
    JSON, and accounts stay in their files.
    """

    tests: pd.DataFrame
    examined: int
    gaps: tuple[Gap, ...]
    item_files: tuple[Path, ...]
    account_files: tuple[Path, ...]

    @property
    def items(self) -> pd.DataFrame:
        return read_parts(self.item_files)

    def items_on(self, accounts: pd.Series) -> pd.DataFrame:
        """The items on some of the accounts; the others never become a frame."""
        return read_parts(self.item_files, accounts=pa.array(accounts.dropna().unique(), pa.string()))

    @property
    def found(self) -> int:
        return sum(pq.read_metadata(file).num_rows for file in self.item_files)


@dataclass(frozen=True)
class Judged:
    """A detector that ran, with what it decided."""

    detector: Detector
    decision: Decision | Kept

    @property
    def account_files(self) -> tuple[Path, ...]:
        """Where it rated every account, if it did."""
        return self.decision.account_files if isinstance(self.decision, Kept) else ()

    @property
    def item_files(self) -> tuple[Path, ...]:
        """Where its items are, if they were written down."""
        return self.decision.item_files if isinstance(self.decision, Kept) else ()

    def items_with(self, *columns: str) -> pd.DataFrame:
        """Some columns of the items: of a large firm whole ones would fill the memory."""
        if isinstance(self.decision, Kept):
            return read_parts(self.decision.item_files, columns)
        return self.decision.items[list(columns)]


def read_parts(
    files: Sequence[Path], columns: Sequence[str] | None = None, accounts: pa.Array | None = None
) -> pd.DataFrame:
    """A frame that was written in parts; a column that is empty in one of them has its type from the others.

    Args:
        columns: those wanted, if not all.
        accounts: whose rows are wanted, if not everybody's.
    """
    tables = [pq.read_table(file, columns=None if columns is None else list(columns)) for file in files]
    if len(tables) > 1:
        tables = [_untyped(table) for table in tables]
    if accounts is not None:
        tables = _rows_of(tables, accounts)
    frame: pd.DataFrame = pa.concat_tables(tables, promote_options="permissive").to_pandas()
    return frame


def _rows_of(tables: Sequence[pa.Table], accounts: pa.Array) -> list[pa.Table]:
    """The rows on some accounts. Looked up for all tables at once: to make millions of accounts ready for it takes longer
    than to find the rows of a part.
    """
    named = [table["account_id"].cast(pa.string()).combine_chunks() for table in tables]
    wanted = pc.is_in(pa.chunked_array(named, pa.string()), accounts)
    ends = np.cumsum([table.num_rows for table in tables])
    return [
        table.filter(wanted.slice(end - table.num_rows, table.num_rows))
        for table, end in zip(tables, ends, strict=True)
    ]


def _untyped(table: pa.Table) -> pa.Table:
    """Columns without a value have no type: pandas calls missing text a number."""
    for i, column in enumerate(table.columns):
        if column.null_count == table.num_rows:
            table = table.set_column(i, table.field(i).name, pa.nulls(table.num_rows))
    return table


def points(p_value: pd.Series, weight: float = 1.0) -> pd.Series:
    """Evidence of a test: -log10(p), 0 where it was not made.

    A test that stands for several (`Detector.weight`) says as much as the best of so many: p divided by the weight
    where it is small, and no more than any other test where it is one.
    """
    p = p_value.astype(float).clip(lower=1e-300)
    return (np.log10(weight * (1 - p) + p) - np.log10(p)).where(p_value.notna(), 0.0)


def rule_points(items: pd.Series, among: pd.Series | None = None) -> pd.Series:
    """Evidence of a rule's items, on the same scale: the first is worth `FIRST_BREACH_POINTS`, ten are worth two more.

    `among`: how many the rule was asked of, where that is known: slips among many are worth less (see `SLIP_AMONG`).
    """
    asked = pd.Series(0.0, items.index) if among is None else among.astype(float).fillna(0.0)
    beyond = (items - SLIP_RATE * asked).clip(lower=1)
    share = (asked / SLIP_AMONG).clip(upper=1)
    return (FIRST_BREACH_POINTS + 2 * np.log10(beyond) - SLIP_POINTS * share / beyond**2).where(
        items > 0, 0.0
    )


def score(evidence: float, subject_id: str) -> float:
    """Evidence as a number in 0..1, strictly ordered.

    Two subjects with the very same evidence are kept apart by a hash of their ids, far below what evidence can
    differ by: an arbitrary order, but always the same one.
    """
    tie = int.from_bytes(hashlib.sha256(subject_id.encode()).digest()[:4], "big") / 2**32
    total = max(evidence, 0.0) + 1e-6 * tie
    return float(total / (total + HALF_SCORE_POINTS))


def p_values_of(judged: Mapping[str, Judged], kind: SubjectType) -> pd.DataFrame:
    """p-values of subjects of one kind: one row per subject, one column per detector that tests such."""
    columns = {
        name: j.decision.tests.set_index("subject_id")["p_value"].astype(float)
        for name, j in judged.items()
        if j.detector.subject is kind and len(j.decision.tests)
    }
    return pd.DataFrame(columns).sort_index()


def rule_items_of(judged: Mapping[str, Judged], kind: SubjectType) -> pd.DataFrame:
    """Number of rule items of subjects of one kind: one row per subject, one column per detector that is a rule."""
    columns = {
        name: j.items_with("subject_id").groupby("subject_id").size()
        for name, j in judged.items()
        if j.detector.rule and j.detector.subject is kind and j.decision.found
    }
    return pd.DataFrame(columns).fillna(0).sort_index()


def rule_points_of(judged: Mapping[str, Judged], rules: pd.DataFrame) -> pd.DataFrame:
    """What the items of `rule_items_of` are worth: the same rows and columns."""
    return rules.apply(
        lambda items: rule_points(items, asked_of(judged[str(items.name)].decision.tests, items.index))
    )


def asked_of(tests: pd.DataFrame, subjects: pd.Index) -> pd.Series:
    """Of how many of each subject's items a rule was asked, by the test beside it; NaN where that is not known."""
    known = tests.drop_duplicates("subject_id").set_index("subject_id")["n"].astype(float)
    return known.reindex(subjects)


def joined(
    subjects: pd.Index, tests: pd.DataFrame, by_rule: pd.DataFrame, weights: Mapping[str, float]
) -> pd.DataFrame:
    """One row per subject of a kind, such as all reps: `p_value` (Cauchy combination of a subject's tests), `q_value`
    (Benjamini-Hochberg across the subjects) and `evidence`, the sum of the two strongest pieces: two independent
    signs say more than one, ten weak ones do not. `tests` is how many were joined, `sum` the pieces with their
    points. `by_rule`: the points of rules. `weights`: detector -> how many tests its own stands for, if not one.
    """
    tests = tests.reindex(subjects)
    weight = [weights.get(name, 1.0) for name in tests]
    p = (
        cauchy_combination(tests.to_numpy(dtype=float), np.tile(weight, (len(subjects), 1)))
        if tests.shape[1]
        else np.full(len(subjects), np.nan)
    )
    by_test = tests.apply(lambda values: points(values, weights.get(str(values.name), 1.0)))
    by_rule = by_rule.reindex(subjects).fillna(0.0)
    # A rule with a test beside it is one sign, not two.
    signs = pd.concat([by_test, by_rule]).groupby(level=0).max() if by_rule.shape[1] else by_test
    names, worth = np.asarray(signs.columns), np.nan_to_num(signs.reindex(subjects).to_numpy(dtype=float))
    first = np.argsort(-worth, axis=1, kind="stable")[:, :2]
    strongest = np.take_along_axis(worth, first, axis=1)
    evidence = strongest.sum(axis=1) if strongest.shape[1] else np.zeros(len(subjects))
    told = [
        " + ".join(f"{name} {value:.2f}" for name, value in zip(mine, values, strict=True) if value > 0)
        for mine, values in zip(names[first], strongest, strict=True)
    ]
    made = {"p_value": p, "q_value": benjamini_hochberg(p), "evidence": evidence, "sum": told}
    return pd.DataFrame({**made, "tests": tests.notna().sum(axis=1).to_numpy()}, index=subjects)
