"""A small firm's feeds as text, and a workspace to load them into."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from surveil.config import Workspace
from surveil.feeds.load import load
from surveil.feeds.report import FeedReport, LoadReport
from surveil.feeds.snapshots import current

ACCOUNTS = "account_id,customer_id,product_code,opened_at,opened_by,channel\n"
MINIMAL = {
    "reps.csv": "rep_id,name,role,hired_on\nR1,Ann Lee,banker,2015-01-01\n",
    "products.csv": "product_code,name,family\nCHK,Checking,deposit\n",
    "customers.csv": "customer_id,name,created_on\nC1,Jo Doe,2020-01-01\n",
    "accounts.csv": (
        f"{ACCOUNTS}A1,C1,CHK,2024-03-01 10:00:00,R1,branch\nA2,C1,CHK,2024-03-02 11:00:00,R1,online\n"
    ),
}


class Firm:
    """A folder of feeds and a workspace; `rows` reads back what is stored in all parts of a feed."""

    def __init__(self, root: Path) -> None:
        self.folder = root / "in"
        self.folder.mkdir(parents=True)
        self.workspace = Workspace.init(root / "workspace")

    def write(self, files: Mapping[str, str | bytes]) -> None:
        for name, content in files.items():
            data = content.encode("utf-8") if isinstance(content, str) else content
            (self.folder / name).write_bytes(data)

    def load(self, files: Mapping[str, str | bytes] | None = None) -> LoadReport:
        self.write(files or {})
        return load(self.workspace, self.folder)

    def rows(self, feed: str, columns: str = "*") -> list[tuple[Any, ...]]:
        state = current(self.workspace).feeds[feed]
        files = [str(path) for part in state.parts for path in part.files]
        with duckdb.connect() as connection:
            sql = f"SELECT {columns} FROM read_parquet(?) ORDER BY _load, _file, _line"
            return connection.execute(sql, [files]).fetchall()

    def tree(self) -> dict[str, bytes]:
        """Every file under the loads of the workspace, with its bytes."""
        root = self.workspace.loads_dir
        files = (path for path in root.rglob("*") if path.is_file() and path.name != ".lock")
        return {str(path.relative_to(root)): path.read_bytes() for path in files}


def feed_of(report: LoadReport, name: str) -> FeedReport:
    """The part of a report about one feed."""
    return next(feed for feed in report.feeds if feed.feed == name)
