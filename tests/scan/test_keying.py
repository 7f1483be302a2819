"""A firm whose back office enters every opening is judged as if its sellers had entered them, and told who did."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd

from surveil.scan import results
from tests.scan.conftest import Scanned, scanned


def test_a_back_office_changes_who_opened_and_nothing_that_is_judged(
    run: Scanned, firm: Path, tmp_path: Path
) -> None:
    feeds = tmp_path / "feeds"
    shutil.copytree(firm, feeds)
    accounts = pd.read_csv(firm / "accounts.csv", dtype=str)
    mine = accounts["opened_by"].notna() & accounts["credited_to"].isna()
    accounts.loc[mine, "credited_to"] = accounts["opened_by"]
    accounts.loc[mine, "opened_by"] = "KEY"
    accounts.to_csv(feeds / "accounts.csv", index=False)
    keyed = scanned(feeds, tmp_path / "keyed")
    try:
        before, after = (_outputs(made) for made in (run, keyed))
    finally:
        keyed.store.close()
    assert "1 person enters openings for others" in " ".join(keyed.result.run.limits)
    assert "KEY" in after["reps"].index
    pd.testing.assert_series_equal(
        after["reps"]["p_value"].drop("KEY"), before["reps"]["p_value"], check_like=True
    )
    opener = accounts.set_index("account_id")["opened_by"]
    for name in ("ranked", "found"):
        rows = after[name]
        real = opener.reindex(rows["account_id"]).fillna("").to_numpy()
        assert (rows["rep_id"].fillna("") == real).all(), name
    assert set(after["found"]["key"]) == set(before["found"]["key"])


def _outputs(made: Scanned) -> dict[str, pd.DataFrame]:
    folder = made.result.folder
    found = pd.read_parquet(folder / "findings.parquet")
    return {
        "reps": results.last_ranking(made.workspace, "reps").set_index("rep_id").sort_index(),
        "ranked": results.last_ranking(made.workspace, "accounts"),
        "found": found[found["feed"] == "accounts"],
    }
