"""Where alerts, decisions and their audit trail are kept: `migrate` a database once, then `open_store` it."""

from surveil.store import tables_cases, tables_controls, tables_reviews, tables_sign_in, tables_views
from surveil.store.database import Store, open_store
from surveil.store.migrate import migrate
from surveil.store.sessions import DeskSession

__all__ = [
    "DeskSession",
    "Store",
    "migrate",
    "open_store",
    "tables_cases",
    "tables_controls",
    "tables_reviews",
    "tables_sign_in",
    "tables_views",
]
