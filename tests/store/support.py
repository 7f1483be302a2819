"""Empty databases for tests of store and desk: SQLite and PostgreSQL, each migrated once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, delete, make_url, text

from surveil.alerts.model import AlertDraft, Driver, Family, Peers, Severity, SubjectType
from surveil.alerts.runs import RunRecord, RunStatus
from surveil.store import Store, migrate, open_store
from surveil.store.tables import Base

NOW = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)
_numbers = count()


def later(**difference: float) -> datetime:
    return NOW + timedelta(**difference)


def draft(number: int = 1, **changes: Any) -> AlertDraft:
    """An alert about representative R<number>."""
    values: dict[str, Any] = {
        "detector": "UA01",
        "version": "1.0.0",
        "family": Family.UNAUTHORIZED,
        "typology": "consent missing",
        "severity": Severity.HIGH,
        "score": 0.5 + number / 1000,
        "subject_type": SubjectType.REP,
        "subject_id": f"R{number}",
        "reason": f"R{number} opened 5 accounts without consent.",
        "item_count": 5,
        "rep_id": f"R{number}",
        "branch_id": f"B{number % 3}",
        "period_start": "2026-01-01",
        "period_end": "2026-02-28",
        "observed": 5.0,
        "expected": 0.7,
        "interval": (0.2, 1.9),
        "p_value": 1.5e-7,
        "q_value": 3e-5,
        "drivers": (Driver("consent", 6.8, "5 of 9 openings without consent"),),
        "peers": Peers(41, 812, 0.013, "bankers of standard branches"),
        "explanations": ("Paper consents arrive late from student branches.",),
    }
    return AlertDraft(**(values | changes))


def run(number: int = 1, **changes: Any) -> RunRecord:
    values: dict[str, Any] = {
        "run_id": f"run-{number}",
        "snapshot_id": "000001-abc",
        "as_of": f"2026-03-{number:02d}",
        "version": "0.1.0",
        "config_hash": "c0ffee",
        "status": RunStatus.COMPLETE,
        "manifest": {"feeds": {"accounts": {"rows": 10, "share": 0.5}}},
        "coverage": {"detectors": []},
    }
    return RunRecord(**(values | changes))


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, closed SQLite file to copy."""
    file = tmp_path_factory.mktemp("template") / "surveil.db"
    migrate(f"sqlite+pysqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def migrated_postgres(postgres_url: str) -> str:
    """Address of a migrated PostgreSQL database of this test run's own."""
    name = f"surveil_test_{next(_numbers)}"
    engine = create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    engine.dispose()
    address = make_url(postgres_url).set(database=name).render_as_string(hide_password=False)
    migrate(address)
    return address


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of an empty migrated database, once on each of the two."""
    if request.param == "sqlite":
        file = shutil.copy(request.getfixturevalue("migrated_sqlite"), tmp_path / "surveil.db")
        return f"sqlite+pysqlite:///{file}"
    address: str = request.getfixturevalue("migrated_postgres")
    _empty(address)
    return address


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    opened = open_store(url)
    yield opened
    opened.close()


@pytest.fixture
def sqlite_store(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Store]:
    """For what does not depend on the database."""
    file = shutil.copy(migrated_sqlite, tmp_path / "surveil.db")
    opened = open_store(f"sqlite+pysqlite:///{file}")
    yield opened
    opened.close()


def _empty(address: str) -> None:
    """Take out all rows, past the guards, as only the owner of a server can; quicker than a new database."""
    engine = create_engine(address)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE audit_event ENABLE TRIGGER ALL"))
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        for table in Base.metadata.tables.values():
            connection.execute(delete(table))
    engine.dispose()
