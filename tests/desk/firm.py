"""A very small firm's feeds, loaded into a workspace, and a ranking as a run leaves it."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from surveil.config import Workspace
from surveil.feeds.load import load

BASE = {
    "reps": "rep_id,name,role,hired_on\nR1,Ann Lee,banker,2020-01-01\n",
    "products": "product_code,name,family\nCHK,Checking,deposit\n",
    "accounts": "account_id,customer_id,product_code,opened_at,channel\nA1,C1,CHK,2026-02-01T12:00:00,branch\n",
    "customers": (
        "customer_id,name,created_on,email,phone,address_line\n"
        "C1,Ilze Bērziņa,2020-01-01,new@example.org,+12025550199,9 New Road\n"
    ),
}


def firm(folder: Path, **feeds: str) -> Workspace:
    """A workspace with these feeds (CSV text by name) loaded, beside the required ones."""
    workspace = Workspace.init(folder / "ws")
    files = folder / "files"
    files.mkdir()
    for name, text in (BASE | feeds).items():
        (files / f"{name}.csv").write_text(text, encoding="utf-8")
    load(workspace, files)
    return workspace


DRIVERS = (
    "5 of 9 openings without consent; opened at night; "
    "evidence UA01 3.00 + QB04 1.70 = 4.70 points, score 0.61, 31 tests joined p=0.0012"
)


def rank(workspace: Workspace, *rows: tuple[str, float, bool]) -> None:
    """Leave a ranking of (rep_id, score, flagged), the first most remarkable, as the last run's."""
    folder = workspace.runs_dir / "run-1"
    folder.mkdir(parents=True)
    (workspace.runs_dir / "last").write_text("run-1\n", encoding="ascii")
    table = {
        "rank": list(range(1, len(rows) + 1)),
        "rep_id": [row[0] for row in rows],
        "score": [row[1] for row in rows],
        "flagged": [row[2] for row in rows],
        "drivers": [DRIVERS] * len(rows),
    }
    pq.write_table(pa.table(table), folder / "rank_reps.parquet")
