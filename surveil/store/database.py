"""Open the database of alerts: one engine, transactions that wait for each other instead of failing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DatabaseError, NoSuchModuleError, OperationalError

from surveil.alerts.clocks import Calendar
from surveil.alerts.people import User
from surveil.errors import UsageError, VerificationFailed
from surveil.store.sessions import DeskSession

WRITER_LOCK = 0x5375_7276  # "Surv": any number will do, as long as all writers take the same one
_BUSY_SECONDS = 60


def connect(url: str) -> Engine:
    """An engine for SQLite or PostgreSQL, set up so that concurrent writers queue.

    SQLite takes its write lock when a writing transaction begins (`BEGIN IMMEDIATE`) and keeps a write-ahead
    log, so that readers are not held up. On PostgreSQL a writing transaction takes an advisory lock first.

    Raises:
        UsageError: the address is not one of these databases.
    """
    try:
        address = make_url(url)
        dialect = address.get_backend_name()
        if dialect not in ("sqlite", "postgresql"):
            raise UsageError(
                f"The database must be SQLite or PostgreSQL (postgresql+psycopg://…), not {dialect}."
            )
        if dialect == "sqlite":
            engine = create_engine(address, connect_args={"timeout": _BUSY_SECONDS, "isolation_level": None})
            event.listen(engine, "connect", _prepare_sqlite)
            event.listen(engine, "begin", _begin_sqlite)
            return engine
        return create_engine(address, isolation_level="READ COMMITTED", pool_pre_ping=True)
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        raise UsageError(
            "The database address in surveil.toml can't be used. Write postgresql+psycopg://user@host/name "
            "(and install the extra 'postgres'), or leave it out for SQLite."
        ) from error


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that may write: alone among writers, committed at the end, rolled back on an error."""
    with _reachable(), engine.execution_options(surveil_writes=True).begin() as connection:
        queue_up(connection)
        yield connection


def queue_up(connection: Connection) -> None:
    """Wait for other writers, on a database where beginning the transaction has not done so."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": WRITER_LOCK})


@dataclass(frozen=True)
class Store:
    """The database of alerts, and the firm's calendar that its due dates follow."""

    engine: Engine
    calendar: Calendar = field(default_factory=Calendar)

    @contextmanager
    def write(self, user: User) -> Iterator[DeskSession]:
        """One transaction in which `user` changes things; all or nothing."""
        with (
            writing(self.engine) as connection,
            DeskSession(bind=connection, user=user, writes=True) as session,
        ):
            yield session
            session.finish()

    @contextmanager
    def read(self) -> Iterator[DeskSession]:
        """A look at the data; the read models narrow it to what their user may see."""
        with self.connection() as connection, DeskSession(bind=connection) as session:
            yield session

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """A bare connection, for looks that are not a user's: the trail and the database's own shape."""
        with _reachable(), self.engine.connect() as connection:
            yield connection

    def close(self) -> None:
        self.engine.dispose()


def open_store(url: str, calendar: Calendar | None = None) -> Store:
    """Open a database that `migrate` has prepared."""
    return Store(connect(url), calendar or Calendar())


@contextmanager
def _reachable() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        raise UsageError(
            f"The database of alerts can't be used: {' '.join(str(error.orig).split())}"
        ) from error
    except DatabaseError as error:
        if type(error) is not DatabaseError:
            raise  # a statement or a value that is wrong is a defect of ours
        raise VerificationFailed(
            f"The database of alerts is damaged: {error.orig}. Restore it from a backup; see: surveil doctor"
        ) from error


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode = WAL", "foreign_keys = ON", "synchronous = FULL"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("surveil_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
