"""Bring the database of alerts to the shape this version needs."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection

from surveil.errors import UsageError
from surveil.store.database import Store, connect, writing
from surveil.store.migrations import text_search


def migrate(url: str) -> None:
    """Create the tables, guards and the index for searching, or bring them up to date; what is there is left as it is.

    Raises:
        UsageError: the database can't be reached, or was made by a newer version of surveil.
    """
    engine = connect(url)
    try:
        with writing(engine) as connection:
            command.upgrade(_configuration(connection), "head")
            text_search.ensure(connection)
    except CommandError as error:
        raise UsageError(
            "The database of alerts was made by a newer version of surveil. Install that version."
        ) from error
    finally:
        engine.dispose()


def is_current(store: Store) -> bool:
    """Whether the database has the shape this version needs."""
    with store.connection() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    return found == ScriptDirectory(str(_folder())).get_current_head()


def _configuration(connection: Connection) -> Config:
    configuration = Config()
    configuration.set_main_option("script_location", str(_folder()).replace("%", "%%"))
    configuration.attributes["connection"] = connection
    return configuration


def _folder() -> Path:
    return Path(__file__).parent / "migrations"
