"""A small firm's feeds as text, and a workspace to load them into."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb
import pytest

from surveil.config import Workspace
from surveil.feeds.snapshots import current

MINIMAL = {
    "reps.csv": "rep_id,name,role,hired_on\nR1,Ann Lee,banker,2015-01-01\n",
    "products.csv": "product_code,name,family\nCHK,Checking,deposit\n",
    "customers.csv": "customer_id,name,created_on\nC1,Jo Doe,2020-01-01\n",
    "accounts.csv": (
        "account_id,customer_id,product_code,opened_at,opened_by,channel\n"
        "A1,C1,CHK,2024-03-01 10:00:00,R1,branch\n"
        "A2,C1,CHK,2024-03-02 11:00:00,R1,online\n"
    ),
}


class Firm:
    """A folder of feeds and a workspace; `rows` reads back what is stored in all parts of a feed."""

    def __init__(self, root: Path) -> None:
        self.folder = root / "in"
        self.folder.mkdir()
        self.workspace = Workspace.init(root / "workspace")

    def write(self, files: Mapping[str, str | bytes]) -> None:
        for name, content in files.items():
            data = content.encode("utf-8") if isinstance(content, str) else content
            (self.folder / name).write_bytes(data)

    def rows(self, feed: str, columns: str = "*") -> list[tuple[object, ...]]:
        state = current(self.workspace).feeds[feed]
        files = [str(path) for part in state.parts for path in part.files]
        with duckdb.connect() as connection:
            return connection.execute(
                f"SELECT {columns} FROM read_parquet(?) ORDER BY _load, _file, _line", [files]
            ).fetchall()


@pytest.fixture
def empty_firm(tmp_path: Path) -> Firm:
    """No file yet."""
    return Firm(tmp_path)


@pytest.fixture
def firm(empty_firm: Firm) -> Firm:
    """The four required feeds, a row or two each."""
    empty_firm.write(MINIMAL)
    return empty_firm
