"""What ties the people behind an alert: from its own run, masked until a look was recorded, told where it is missing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from surveil import desk
from surveil.alerts.alert import Alert
from surveil.links import LINK_COLUMNS
from surveil.store import Store
from tests.desk.people import ANN, look
from tests.store.support import NOW, draft, run

PHONE, OTHER, HOME = "+12125550147", "+17185550147", "12 elm st|10001"


@pytest.fixture
def alert(sqlite_store: Store) -> Alert:
    return look(sqlite_store, desk.record_scan(sqlite_store, run(1), [draft(1)], NOW)["UA01|rep|R1"])


def write(folder: Path, alert: Alert) -> Path:
    run_folder = folder / "run-1"
    run_folder.mkdir()
    behind = [(f"a{i}", alert.alert_id) for i in range(3)] + [("b", "A-other")]
    pd.DataFrame(behind, columns=["account_id", "alert_id"]).to_parquet(run_folder / "findings.parquet")
    ties = [
        (account, "R1", f"c-{account}", f"c-{account}", kind, value, 4, 4, 1, None)
        for account, _ in behind
        for kind, value in (("phone", PHONE), ("phone", OTHER), ("address", HOME), ("device", "dev-1"))
    ]
    pd.DataFrame(ties, columns=list(LINK_COLUMNS)).to_parquet(run_folder / "links.parquet")
    return folder


def test_only_the_accounts_behind_the_alert_are_drawn(alert: Alert, tmp_path: Path) -> None:
    graph = desk.alert_links(write(tmp_path, alert), alert).graph
    assert graph is not None
    assert {n.label for n in graph.nodes if n.kind == "customer"} == {f"customer c-a{i}" for i in range(3)}


def test_values_are_masked_and_still_told_apart(alert: Alert, tmp_path: Path) -> None:
    graph = desk.alert_links(write(tmp_path, alert), alert).graph
    assert graph is not None
    told = " ".join(node.label for node in graph.nodes) + str(graph.table)
    assert "555" not in told
    assert "elm" not in told
    labels = [node.label for node in graph.nodes if node.kind == "phone"]
    assert len(set(labels)) == 2
    assert "device dev-1" in told


def test_a_recorded_look_shows_them_and_one_at_another_alert_does_not(
    alert: Alert, tmp_path: Path, sqlite_store: Store
) -> None:
    folder = write(tmp_path, alert)
    revealed = desk.reveal(sqlite_store, ANN, alert.alert_id, "links", "to call the number", NOW)
    graph = desk.alert_links(folder, alert, revealed).graph
    assert graph is not None
    assert f"phone {PHONE}" in {node.label for node in graph.nodes}
    elsewhere = desk.alert_links(folder, alert, replace(revealed, alert_id="A-other")).graph
    assert elsewhere is not None
    assert PHONE not in " ".join(node.label for node in elsewhere.nodes)


def test_what_is_missing_is_told(alert: Alert, tmp_path: Path) -> None:
    assert "not in this workspace" in str(desk.alert_links(tmp_path, alert).problem)
    folder = write(tmp_path, alert)
    (folder / "run-1" / "links.parquet").write_bytes(b"damaged")
    assert "damaged" in str(desk.alert_links(folder, alert).problem)
    (folder / "run-1" / "links.parquet").unlink()
    assert "scan again" in str(desk.alert_links(folder, alert).problem)
    by_hand = replace(alert, run_id=None)
    assert "by hand" in str(desk.alert_links(folder, by_hand).problem)
