"""From a detector's counted cells to tests of representatives, by the shared core for rates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from surveil.detectors import base
from surveil.statistics.arrays import dense
from surveil.statistics.habits import controlled_test
from surveil.statistics.rates import RateResult, RateSettings, rate_test, usual_rates

STRATUM = ("product_code", "channel", "branch_kind")


@dataclass(frozen=True)
class Rates:
    """`tests` with columns `TEST_COLUMNS`, and the fitted `result` behind them (None where no cell could be judged)."""

    tests: pd.DataFrame
    result: RateResult | None


def rate_cells(
    counted: pd.DataFrame, happened: pd.Series, stratum: tuple[str, ...] = STRATUM, rep: str = "rep_id"
) -> pd.DataFrame:
    """Cells for `rate_test` from a model's counted rows.

    Args:
        counted: has `n`, the opener, `branch_id`, `month` and the columns of the stratum.
        happened: per row, whether the property holds (bool: for all its `n`), or for how many (whole number).

    Returns:
        one row per rep, stratum, branch and month with `n` and `y`.
    """
    n = counted["n"].astype("int64")
    flags = happened.fillna(0)
    y = n.where(flags.astype(bool), 0) if happened.dtype in ("bool", "boolean") else flags.astype("int64")
    keys = {
        "rep": pd.factorize(counted[rep], sort=True),
        "stratum": strata_of(counted, stratum),
        "branch": pd.factorize(counted["branch_id"].fillna(""), sort=True),
        "month": pd.factorize(counted["month"].astype("int64"), sort=True),
    }
    known = keys["rep"][0] >= 0
    place = np.zeros(int(known.sum()), dtype=np.int64)
    for codes, values in keys.values():
        place = place * max(len(values), 1) + codes[known]
    cell, first = dense(place)
    columns = {name: values.take(codes[known][first]) for name, (codes, values) in keys.items()}
    sums = {
        name: np.bincount(cell, counts[known].to_numpy(dtype=float), minlength=first.size).astype("int64")
        for name, counts in (("n", n), ("y", y))
    }
    return pd.DataFrame({**columns, **sums}).astype({"rep": str, "stratum": str, "branch": str})


def strata_of(rows: pd.DataFrame, columns: tuple[str, ...] = STRATUM) -> tuple[np.ndarray, pd.Index]:
    """The stratum of each row as a code, and the names of the strata in order: as `stratum_of`, each name made once."""
    parts = [pd.factorize(rows[column].fillna("")) for column in columns]
    place = np.zeros(len(rows), dtype=np.int64)
    for codes, values in parts:
        place = place * max(len(values), 1) + codes
    stratum, first = dense(place)
    # Two strata may have one name: it is by the name that they are told apart.
    codes, names = pd.factorize(stratum_of(rows.iloc[first], columns), sort=True)
    return codes[stratum], names


def stratum_of(rows: pd.DataFrame, columns: tuple[str, ...] = STRATUM) -> pd.Series:
    """The stratum's name of each row."""
    parts = [rows[column].fillna("").astype(str) for column in columns]
    name = parts[0]
    for part in parts[1:]:
        name = name + " · " + part
    return name


def rate_tests(
    cells: pd.DataFrame,
    what: str,
    *,
    side: Literal["high", "low"] = "high",
    settings: RateSettings | None = None,
    peers: str = "colleagues",
) -> Rates:
    """Test every representative's rate; `what` names the events in the sentence, as in "openings with no consent", and
    `peers` those he is compared with (where the cells' `rep` is a branch: other branches).
    """
    if cells.empty:
        return Rates(base.frame(base.TEST_COLUMNS), None)
    result = rate_test(cells, side=side, settings=settings)
    return Rates(as_tests(result.reps, what, peers, side), result)


def controlled_tests(cells: pd.DataFrame, asked: pd.Series, what: str, peers: str) -> Rates:
    """As `rate_tests` for the cells `asked` about (bool), with each representative's other cells as his control."""
    if cells.empty:
        return Rates(base.frame(base.TEST_COLUMNS), None)
    result = controlled_test(rate_test(cells), asked.to_numpy(dtype=bool))
    return Rates(as_tests(result.reps[result.reps["n"] > 0], what, peers), result)


def as_tests(reps: pd.DataFrame, what: str, peers: str = "colleagues", side: str = "high") -> pd.DataFrame:
    """`TEST_COLUMNS` from a result's table of representatives; with `side` "low" too few are worth a sentence."""
    return base.frame(
        base.TEST_COLUMNS,
        subject_id=reps["rep"],
        p_value=reps["p_value"],
        observed=reps["observed"],
        expected=reps["expected"],
        low=reps["low"],
        high=reps["high"],
        n=reps["n"],
        peers=reps["peers"],
        peer_items=reps["peer_n"],
        peer_rate=reps["peer_rate"],
        reason=[
            f"{'only ' if side == 'low' and observed < expected else ''}{observed:.0f} of {n:.0f} {what};"
            f" {count_words(expected)} expected, going by {others:.0f} {peers}{_usual(low, high)}"
            for observed, n, expected, others, low, high in zip(
                reps["observed"],
                reps["n"],
                reps["expected"],
                reps["peers"],
                reps["low"],
                reps["high"],
                strict=True,
            )
        ],
    )


def count_words(expected: float) -> str:
    """An expected number as one says it: whole where it is large, in words where it is next to none."""
    if expected < 0.05:
        return "hardly any"
    return f"{expected:.1f}" if expected < 9.95 else f"{expected:,.0f}"


def _usual(low: float, high: float) -> str:
    """The range of an ordinary representative's count, in words; nothing where he has none."""
    return "" if round(high) == 0 else f" (usually {low:.0f} to {high:.0f})"


class AccountCells:
    """Accounts, or rows that count them, sorted into the cells of a rate test once, for many signs read off the same rows.

    `reps`: the representatives in the order of their codes.
    """

    def __init__(self, rows: pd.DataFrame, stratum: tuple[str, ...] = STRATUM, rep: str = "rep_id") -> None:
        who, self.reps = pd.factorize(rows[rep], sort=True)
        codes = {
            "rep": who,
            "stratum": strata_of(rows, stratum)[0],
            "branch": pd.factorize(rows["branch_id"].fillna(""), sort=True)[0],
            "month": pd.factorize(rows["month"].astype("int64"), sort=True)[0],
        }
        place = np.zeros(len(rows), dtype=np.int64)
        for code in codes.values():
            place = place * (int(code.max(initial=0)) + 1) + code
        self._cell, first = dense(place)
        self._keys = pd.DataFrame({name: code[first] for name, code in codes.items()})

    def counted(self, n: pd.Series, y: pd.Series) -> pd.DataFrame:
        """Cells for a rate test, their columns codes in place of texts, from rows that count `n` items and `y` events."""
        items, events = (
            np.bincount(self._cell, column.to_numpy(dtype=float), len(self._keys)).astype("int64")
            for column in (n, y)
        )
        used = items > 0
        return self._keys[used].assign(n=items[used], y=events[used])

    def chance(self, there: pd.Series) -> np.ndarray:
        """For each account, how often its like have a sign among colleagues (1.0 there, 0.0 not, missing not known).

        Missing where the sign is not known of anybody like it.
        """
        known = there.notna().to_numpy()
        chance = np.full(len(there), np.nan)
        if not known.any():
            return chance
        cells = self.counted(pd.Series(known), there.where(there.notna(), 0.0))
        fitted = np.full(len(self._keys), np.nan)
        fitted[cells.index] = usual_rates(cells)
        chance[known] = fitted[self._cell[known]]
        return chance


def peer_chance(rates: Rates, rows: pd.DataFrame, stratum: tuple[str, ...] = STRATUM) -> np.ndarray:
    """For each item, how often its like happens among peers (the fitted chance of its cell); 0 where not fitted."""
    if rates.result is None or rows.empty:
        return np.zeros(len(rows))
    keys = ["rep", "stratum", "branch", "month"]
    wanted = pd.DataFrame(
        {
            "rep": rows["rep_id"].astype(str),
            "stratum": stratum_of(rows, stratum),
            "branch": rows["branch_id"].fillna("").astype(str),
            "month": rows["month"].astype("int64"),
        }
    )
    found = wanted.merge(rates.result.cells[[*keys, "p"]], on=keys, how="left")["p"]
    return np.asarray(found.fillna(0.0), dtype=float)
