"""Features of representatives that a firm would compute without surveil: raw rates, and case-mix-adjusted ones."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

COLUMNS = {
    "accounts": (
        *(
            "account_id",
            "customer_id",
            "opened_by",
            "product_code",
            "channel",
            "branch_id",
            "status",
            "opened_at",
        ),
        *("closed_on", "email", "phone", "parent_account_id"),
    ),
    "products": ("product_code", "unused_after_days", "requires"),
    "branches": ("branch_id", "kind"),
    "reps": ("rep_id", "phone", "email"),
    "transactions": ("account_id", "kind", "amount", "posted_at", "initiated_by"),
    "contacts": ("customer_id", "at", "kind", "product_code", "outcome"),
    "consents": ("account_id",),
    "profile_changes": ("customer_id", "field", "changed_at", "changed_by"),
    "referrals": ("from_rep_id", "product_code", "outcome"),
    "sales": ("sale_id", "rep_id", "product_code", "sold_at", "reversed_on"),
    "complaints": ("account_id",),
    "registrations": ("rep_id", "qualification", "granted_on", "ended_on", "status"),
}
MINIMUM_ITEMS = 10  # below, a plain rate says nothing and the rep counts as average


@dataclass(frozen=True)
class Features:
    """One row a rep, one column a metric.

    Attributes:
        raw: the rate, NaN with too few items.
        observed, expected, variance: of items gone bad; expected from the other reps' rate in the same stratum.
    """

    raw: pd.DataFrame
    observed: pd.DataFrame
    expected: pd.DataFrame
    variance: pd.DataFrame

    @property
    def z(self) -> pd.DataFrame:
        """Case-mix-adjusted z, 0 where nothing is known."""
        spread = np.sqrt(self.variance.where(self.variance > 0))
        return ((self.observed - self.expected) / spread).fillna(0.0)

    @property
    def raw_z(self) -> pd.DataFrame:
        """How far each rate lies from the mean rep, in standard deviations; 0 where nothing is known."""
        spread = self.raw.std().replace(0.0, np.nan)
        return ((self.raw - self.raw.mean()) / spread).fillna(0.0)


def features(folder: Path, reps: pd.Index) -> Features:
    """Compute the features of these reps from the feeds in a folder."""
    with duckdb.connect() as connection:
        for feed, columns in COLUMNS.items():
            _stage(connection, folder, feed, columns)
        unlicensed = pd.DataFrame({"sale_id": _unlicensed(connection)}, dtype=str)
        connection.register("unlicensed", unlicensed)
        connection.execute((Path(__file__).parent / "features.sql").read_text(encoding="utf-8"))
        cells = connection.table("cells").df()
    return _by_rep(cells, reps)


def _stage(connection: duckdb.DuckDBPyConnection, folder: Path, feed: str, columns: tuple[str, ...]) -> None:
    """A view of a feed with these columns as text; what the firm did not hand over is empty."""
    pattern = re.compile(rf"{feed}(-.+)?\.(csv|csv\.gz|parquet)")
    files = sorted(str(path) for path in folder.iterdir() if pattern.fullmatch(path.name))
    if not files:
        connection.register(feed, pd.DataFrame({column: [] for column in columns}, dtype=str))
        return
    if files[0].endswith(".parquet"):
        relation = connection.read_parquet(files, union_by_name=True)
    else:
        # DuckDB takes a list; its type stubs do not say so.
        relation = connection.read_csv(files, all_varchar=True, union_by_name=True)  # type: ignore[arg-type]
    present = [f'COALESCE(CAST("{c}" AS VARCHAR), \'\') AS "{c}"' for c in columns if c in relation.columns]
    absent = [f"'' AS \"{c}\"" for c in columns if c not in relation.columns]
    relation.project(", ".join([*present, *absent])).create_view(feed)


def _unlicensed(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Sales of a rep who on that day held none of the alternatives for one of the terms required (states left aside)."""
    sales = connection.table("sales").df()
    needs = connection.table("products").df().set_index("product_code")["requires"]
    held = connection.table("registrations").df()
    held = held[held["status"].isin(["", "active"])]
    spells: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for row in held.itertuples():
        spells.setdefault((row.rep_id, row.qualification), []).append(
            (row.granted_on, row.ended_on or "9999")
        )

    def holds(rep: str, term: str, day: str) -> bool:
        return any(
            start <= day < end
            for name in term.split("|")
            for start, end in spells.get((rep, name.strip()), [])
        )

    return [
        row.sale_id
        for row in sales.itertuples()
        if not all(
            holds(row.rep_id, term, row.sold_at[:10])
            for term in str(needs.get(row.product_code, "")).split(";")
            if term.strip()
        )
    ]


def _by_rep(cells: pd.DataFrame, reps: pd.Index) -> Features:
    whole = cells.groupby(["metric", "stratum"])[["n", "y"]].transform("sum")
    mean = cells["metric"].map(cells.groupby("metric")["y"].sum() / cells.groupby("metric")["n"].sum())
    rate = (whole["y"] - cells["y"] + 2 * mean) / (whole["n"] - cells["n"] + 2)
    cells = cells.assign(expected=cells["n"] * rate, variance=cells["n"] * rate * (1 - rate))
    sums = cells.groupby(["rep_id", "metric"])[["n", "y", "expected", "variance"]].sum()
    wide = sums.unstack("metric")
    raw = (wide["y"] / wide["n"]).where(wide["n"] >= MINIMUM_ITEMS)
    return Features(*(table.reindex(reps) for table in (raw, wide["y"], wide["expected"], wide["variance"])))
