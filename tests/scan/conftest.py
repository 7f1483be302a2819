"""A simulated firm with wrongs in it, loaded and scanned once for the tests of scans."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from surveil.config import Workspace
from surveil.desk.scans import record_scan
from surveil.feeds.load import load
from surveil.scan.job import ScanResult, scan
from surveil.simulate import simulate
from surveil.store import Store, migrate, open_store
from tests.store.support import migrated_sqlite, sqlite_store

__all__ = ["firm", "migrated_sqlite", "run", "sqlite_store"]

NOW = dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Scanned:
    """A workspace with one finished scan."""

    workspace: Workspace
    store: Store
    result: ScanResult

    def again(self, **options: object) -> ScanResult:
        """Scan once more, an hour later."""
        later = NOW + dt.timedelta(hours=1)
        return scan(self.workspace, lambda run, found: record_scan(self.store, run, found, later), **options)  # type: ignore[arg-type]


def scanned(feeds: Path, folder: Path) -> Scanned:
    workspace = Workspace.init(folder)
    load(workspace, feeds)
    migrate(workspace.database_url)
    store = open_store(workspace.database_url)
    result = scan(workspace, lambda run, found: record_scan(store, run, found, NOW))
    return Scanned(workspace, store, result)


@pytest.fixture(scope="session")
def firm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("firm") / "feeds"
    simulate(folder, reps=40, months=10, seed=5)
    return folder


@pytest.fixture
def run(firm: Path, tmp_path: Path) -> Iterator[Scanned]:
    made = scanned(firm, tmp_path / "workspace")
    yield made
    made.store.close()
