"""The way in: a workspace's database of alerts, made ready and opened."""

from __future__ import annotations

from surveil.alerts.clocks import Calendar
from surveil.config import Workspace
from surveil.errors import UsageError
from surveil.store import Store, migrate, open_store
from surveil.store.checkpoint import create_key
from surveil.store.migrate import is_current


def prepare_desk(workspace: Workspace) -> None:
    """Make the workspace's database and its signing key, or bring them up to date; safe to repeat."""
    migrate(workspace.database_url)
    create_key(workspace.path)


def open_desk(workspace: Workspace) -> Store:
    """Open the workspace's database.

    Raises:
        UsageError: it can't be reached, or has not been prepared by this version.
    """
    settings = workspace.settings
    store = open_store(workspace.database_url, Calendar(settings.holidays, settings.timezone))
    if not is_current(store):
        store.close()
        raise UsageError(
            "The database of alerts is not ready for this version of surveil. Prepare it with: "
            f"surveil init --workspace {workspace.path}"
        )
    return store
