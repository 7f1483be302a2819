"""A large firm is judged in parts: nothing is lost, nothing is counted twice, and a part is a fair piece of the firm."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveil.config import Workspace
from surveil.detectors import registry
from surveil.feeds.load import load
from surveil.scan import job, results
from surveil.scan.parts import parts_of
from surveil.scan.render import scan_summary
from surveil.simulate import simulate

RANKINGS = {"rank_reps": "rep_id", "rank_accounts": "account_id"}


def homes(sizes: list[tuple[str, int]]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "rep_id": [f"R{i:04}" for i in range(len(sizes))],
            "branch_id": [branch for branch, _ in sizes],
            "openings": [openings for _, openings in sizes],
        }
    )


branches = st.sampled_from([f"B{i}" for i in range(9)] + [""])


@given(st.lists(st.tuples(branches, st.integers(0, 900)), min_size=1, max_size=60), st.integers(300, 5000))
def test_everybody_is_in_one_part_and_small_branches_stay_together(
    sizes: list[tuple[str, int]], together: int
) -> None:
    firm = homes(sizes)
    parts, count = parts_of(firm, together)
    assert parts["rep_id"].tolist() == sorted(firm["rep_id"])
    assert parts["part"].between(0, count - 1).all()
    told = firm.merge(parts, on="rep_id")
    for branch, members in told.groupby("branch_id"):
        if branch and members["openings"].sum() <= together / 4:
            assert members["part"].nunique() == 1
    if firm["openings"].sum() <= together:
        assert count == 1


@pytest.mark.parametrize(("openings", "parts"), [(1000, 1), (1499, 1), (1500, 2), (2000, 2)])
def test_parts_begin_at_half_as_many_openings_again_as_are_judged_together(openings: int, parts: int) -> None:
    assert parts_of(homes([("B1", openings - 10), ("B2", 10)]), 1000)[1] == parts


def test_parts_are_of_like_size_even_with_a_call_centre() -> None:
    firm = homes([(f"B{i // 10}", 100) for i in range(6000)] + [("CALLS", 100) for _ in range(3000)])
    parts, count = parts_of(firm, 100_000)
    assert count == 9
    sizes = firm.merge(parts, on="rep_id").groupby("part")["openings"].sum()
    assert sizes.between(70_000, 130_000).all(), sizes


def test_the_same_branch_is_in_the_same_part_whoever_else_there_is() -> None:
    one, _ = parts_of(homes([(f"B{i}", 100) for i in range(100)]), 2500)
    other, _ = parts_of(homes([(f"B{i}", 100) for i in range(100)][::-1]).assign(openings=101), 2525)
    assert one["part"].tolist() == other["part"].tolist()[::-1]


def test_a_firm_judged_in_parts_loses_nothing_and_counts_nothing_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulate(tmp_path / "feeds", reps=30, months=6, seed=11)
    workspace = Workspace.init(tmp_path / "workspace")
    load(workspace, tmp_path / "feeds")
    chosen = [detector.id for detector in registry.chosen(None) if detector.in_parts]

    def scan() -> dict[str, Any]:
        result = job.scan(
            workspace, lambda _, found: {d.fingerprint: d.fingerprint for d in found}, detector_ids=chosen
        )
        folder = results.run_folder(workspace)
        return {
            "told": scan_summary(result),
            **results.manifest(workspace),
            **{name: pd.read_parquet(folder / f"{name}.parquet") for name in ("findings", *RANKINGS)},
        }

    whole = scan()
    monkeypatch.setattr(job, "parts_of", lambda firm, _: parts_of(firm, int(firm["openings"].sum()) // 3))
    divided = scan()
    assert divided["parts"] == 3
    assert "Judged in 3 parts of many branches each, because the firm is large" in divided["told"]
    assert "parts" not in whole["told"]
    assert divided["run_id"] != whole["run_id"]
    # What UA17, RF01 and CT02 list, OL01 and OL02 rank and QB04 calls a burst depends on who is compared; the rest does not.
    compared = ["UA17", "OL01", "OL02", "QB04", "RF01", "CT02"]
    for before, after in zip(whole["coverage"], divided["coverage"], strict=True):
        told = before["detector"]
        assert after["status"] == before["status"] == "run", told
        if told not in compared:
            assert (after["examined"], after["gaps"]) == (before["examined"], before["gaps"]), told
    columns = ["finding_id", "detector", "key", "rep_id", "at", "detail"]
    found = [made["findings"] for made in (whole, divided)]
    events = [rows[~rows["detector"].isin(compared)][columns].reset_index(drop=True) for rows in found]
    pd.testing.assert_frame_equal(*events)
    for ranking, subject in RANKINGS.items():
        assert sorted(divided[ranking][subject]) == sorted(whole[ranking][subject])
    both = pd.concat([made["rank_reps"].set_index("rep_id")["p_value"] for made in (whole, divided)], axis=1)
    assert both.rank().corr().iloc[0, 1] > 0.5, "a part of the firm judges much as the whole does"
