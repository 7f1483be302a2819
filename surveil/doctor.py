"""`surveil doctor`: is everything that a workspace needs in order, and if not, what to do."""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from surveil.config import Workspace
from surveil.engine.backends import connect, shown
from surveil.errors import SurveilError
from surveil.feeds import snapshots
from surveil.store import migrate, open_store
from surveil.store.checkpoint import load_key
from surveil.store.migrations import text_search
from surveil.store.tables import RunRow
from surveil.store.verification import events_read, verify

LEAST_FREE_BYTES = 2_000_000_000
#: No clock of a machine that runs this version can honestly be earlier.
RELEASED = dt.date(2026, 11, 1)


@dataclass(frozen=True)
class Check:
    """One thing looked at: what, whether it is in order, and what was seen or is to be done."""

    what: str
    ok: bool
    told: str


def examine(workspace: Workspace, progress: Callable[[str], None] = lambda _: None) -> list[Check]:
    """Look at everything; a check that fails never hides the others. `progress` is told how far a long one is."""
    checks: list[tuple[str, Callable[[Workspace], str]]] = [
        ("settings", lambda w: str(w.path / "surveil.toml")),
        ("database", _database),
        ("audit trail", lambda w: _trail(w, progress)),
        ("runs", _runs),
        ("loaded data", _data),
        ("engine", _engine),
        ("signing key", lambda w: f"Ed25519, {type(load_key(w.path)).__name__}"),
        ("fonts", _fonts),
        ("disk", _disk),
        ("clock", _clock),
    ]
    return [_looked_at(what, look, workspace) for what, look in checks]


def _looked_at(what: str, look: Callable[[Workspace], str], workspace: Workspace) -> Check:
    try:
        return Check(what, True, look(workspace))
    except SurveilError as error:
        return Check(what, False, str(error))
    except Exception as error:  # whatever breaks is what the doctor was asked to find
        return Check(what, False, f"{type(error).__name__}: {error}")


def _database(workspace: Workspace) -> str:
    migrate(workspace.database_url)
    store = open_store(workspace.database_url)
    try:
        with store.connection() as connection:
            searched = text_search.is_there(connection)
    finally:
        store.close()
    how = "searched by an index" if searched else text_search.WITHOUT
    return f"reachable, its tables up to date, {how}"


def _trail(workspace: Workspace, progress: Callable[[str], None]) -> str:
    store = open_store(workspace.database_url)
    try:
        result = verify(store.engine, progress=lambda read, of: progress(events_read(read, of)))
    finally:
        store.close()
    if not result.ok:
        raise SurveilError("; ".join(problem.message for problem in result.problems[:3]))
    return f"{result.events} events, whole"


def _runs(workspace: Workspace) -> str:
    """Whether the database knows the runs whose folders are there: one that was emptied or put back to an earlier day does
    not, and its trail may be whole all the same.
    """
    folders = {folder.name for folder in workspace.runs_dir.glob("R-*") if folder.is_dir()}
    store = open_store(workspace.database_url)
    try:
        with store.connection() as connection:
            known = set(connection.scalars(select(RunRow.run_id)))
    finally:
        store.close()
    if unknown := sorted(folders - known):
        raise SurveilError(
            f"the database knows nothing of {', '.join(unknown[:3])} ({len(unknown)} of {len(folders)} folders in runs): it "
            "was emptied, or is an older one. Restore the newest backup; decisions made since are missing"
        )
    return f"{len(known)} runs, every folder known"


def _data(workspace: Workspace) -> str:
    if not snapshots.load_numbers(workspace):
        return "nothing loaded yet"
    snapshot = snapshots.current(workspace)
    altered = snapshot.altered()
    if altered:
        names = ", ".join(str(file) for file in altered[:3])
        raise SurveilError(
            f"{len(altered)} stored files were changed or are gone ({names}): restore them from a backup"
        )
    rows = sum(feed.rows for feed in snapshot.feeds.values())
    return f"{rows:,} rows after load {snapshot.load_number}, every file as it was written"


def _engine(workspace: Workspace) -> str:
    url = workspace.settings.engine.url
    if url.startswith("duckdb:"):
        import duckdb

        return f"DuckDB {duckdb.__version__}, memory limit {workspace.settings.engine.memory_limit}"
    with tempfile.TemporaryDirectory(prefix="surveil-") as folder:
        backend = connect(workspace.settings.engine, Path(folder))
        backend.close()
    return f"{shown(url)} answers"


def _fonts(workspace: Workspace) -> str:
    from surveil.reports.pdf import fonts

    found = fonts.load()
    return f"DejaVu Sans (Latin, Greek, Cyrillic, Hebrew, Arabic) and {found.fallback_title} (East Asian) on board"


def _disk(workspace: Workspace) -> str:
    free = shutil.disk_usage(workspace.path).free
    if free < LEAST_FREE_BYTES:
        raise SurveilError(
            f"only {free / 1e9:.1f} GB free at {workspace.path}: make room before the next load"
        )
    return f"{free / 1e9:.0f} GB free"


def _clock(workspace: Workspace) -> str:
    now = dt.datetime.now(dt.UTC)
    if now.date() < RELEASED:
        raise SurveilError(f"the machine's clock says {now.date()}, which lies before this version was made")
    return now.strftime("%Y-%m-%d %H:%M UTC")
