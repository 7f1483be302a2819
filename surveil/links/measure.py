"""The ties of given accounts, measured by SQL models on any engine."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from surveil.engine import Engine

#: One row per account and value that ties it to others: `kind` (phone, email, address, device, document, money), `value` as
#: spelled alike, its opener, customer and household; how many customers, households and openers of the whole firm have the
#: value; and `employee_id` where it is somebody's of the firm.
LINK_COLUMNS = (
    "account_id", "rep_id", "customer_id", "household", "kind", "value", "customers", "households", "openers", "employee_id",
)  # fmt: skip


def links(engine: Engine, accounts: Iterable[str]) -> pd.DataFrame:
    """The ties of these accounts, columns `LINK_COLUMNS`, in a fixed order; an engine measures one list of accounts."""
    wanted = pd.Series(sorted(set(accounts)), dtype="string")
    engine.stage("linked_accounts", pd.DataFrame({"account_id": wanted}))
    found = engine.fetch("account_links")[list(LINK_COLUMNS)]
    return found.sort_values(["account_id", "kind", "value"], ignore_index=True)
