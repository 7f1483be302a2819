"""The rows behind an alert come from its own run, masked until a look was recorded, and never as a traceback."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from surveil import desk
from surveil.alerts.alert import Alert
from surveil.desk.evidence import FINDING_FIELDS
from surveil.store import Store
from tests.desk.people import ANN, look
from tests.store.support import NOW, draft, run


@pytest.fixture
def alert(sqlite_store: Store) -> Alert:
    return look(sqlite_store, desk.record_scan(sqlite_store, run(1), [draft(1)], NOW)["UA01|rep|R1"])


def findings(alert_id: str, count: int, **changes: object) -> pd.DataFrame:
    rows = [
        {
            "finding_id": f"F-{number:03d}",
            "run_id": "run-1",
            "alert_id": alert_id,
            "detector": "UA01",
            "feed": "accounts",
            "key": f"{number:06d}",
            "rep_id": "R1",
            "customer_id": f"C{number}",
            "account_id": f"{number:06d}",
            "at": f"2026-02-{1 + number % 28:02d}",
            "score": 0.5,
            "detail": json.dumps({"customer_name": "Ilze Bērziņa", "days_without": number}),
        }
        | changes
        for number in range(count)
    ]
    return pd.DataFrame(rows, columns=list(FINDING_FIELDS))


def write(folder: Path, *frames: pd.DataFrame) -> Path:
    (folder / "run-1").mkdir(exist_ok=True)
    pd.concat(frames).to_parquet(folder / "run-1" / "findings.parquet")
    return folder


def test_only_this_alert_s_rows_of_this_run_page_by_page_in_a_fixed_order(
    alert: Alert, tmp_path: Path
) -> None:
    write(tmp_path, findings("A-other", 40), findings(alert.alert_id, 30).sample(frac=1, random_state=3))
    whole = desk.evidence(tmp_path, alert)
    assert (whole.total, whole.problem) == (30, None)
    assert {row["alert_id"] for row in whole.rows} == {alert.alert_id}
    pages = [desk.evidence(tmp_path, alert, limit=12, offset=start).rows for start in (0, 12, 24)]
    assert [row for page in pages for row in page] == list(whole.rows)
    assert list(whole.rows[0]) == list(FINDING_FIELDS)
    assert [row["at"] for row in whole.rows] == sorted(row["at"] for row in whole.rows)
    assert whole.rows[0]["key"] == "000000", "leading zeros are kept"


def test_names_stay_masked_until_the_look_at_them_is_recorded(
    sqlite_store: Store, alert: Alert, tmp_path: Path
) -> None:
    write(tmp_path, findings(alert.alert_id, 2))
    hidden = desk.evidence(tmp_path, alert).rows[0]["detail"]
    assert hidden == {"customer_name": "I. B.", "days_without": 0}
    look_at_it = desk.reveal(
        sqlite_store, ANN, alert.alert_id, "names", "To call the customer about the card.", NOW
    )
    shown = desk.evidence(tmp_path, alert, revealed=look_at_it).rows[0]["detail"]
    assert shown["customer_name"] == "Ilze Bērziņa"
    other = replace(look_at_it, alert_id="A-other")
    assert desk.evidence(tmp_path, alert, revealed=other).rows[0]["detail"] == hidden


def test_what_is_not_there_or_damaged_is_said_and_never_shown_as_nothing_found(
    alert: Alert, tmp_path: Path
) -> None:
    gone = desk.evidence(tmp_path, alert)
    assert (gone.total, gone.rows) == (None, ())
    assert gone.problem
    assert "not in this workspace" in gone.problem
    (tmp_path / "run-1").mkdir()
    (tmp_path / "run-1" / "findings.parquet").write_bytes(b"PAR1 damaged PAR1")
    damaged = desk.evidence(tmp_path, alert)
    assert damaged.total is None
    assert "damaged" in str(damaged.problem)


@pytest.mark.parametrize("run_id", ["../../etc", "/etc", "", "a/b", "..", "x" * 500])
def test_a_run_whose_name_is_a_path_is_not_followed(alert: Alert, tmp_path: Path, run_id: str) -> None:
    found = desk.evidence(tmp_path, replace(alert, run_id=run_id))
    assert (found.rows, found.total) == ((), None)


def test_an_alert_raised_by_hand_has_no_rows_and_says_so(alert: Alert, tmp_path: Path) -> None:
    found = desk.evidence(tmp_path, replace(alert, run_id=None))
    assert (found.rows, found.total) == ((), 0)
    assert "by hand" in str(found.problem)


@pytest.mark.parametrize("detail", ["", "not json", "[1, 2]", "{" * 100_000, "Ilze Bērziņa"])
def test_detail_that_is_no_object_is_masked_whole(alert: Alert, tmp_path: Path, detail: str) -> None:
    write(tmp_path, findings(alert.alert_id, 1, detail=detail))
    (row,) = desk.evidence(tmp_path, alert).rows
    assert row["detail"] in ({}, {"note": "•••"})
