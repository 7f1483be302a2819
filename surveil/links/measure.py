"""The ties of given accounts, measured by SQL models on any engine, and by comparing their owners' records."""

from __future__ import annotations

from collections.abc import Iterable

import networkx as nx
import pandas as pd

from surveil.engine import Engine
from surveil.links.people import same_people

#: One row per account and value that ties it to others: `kind` (phone, email, address, device, document, money, person),
#: `value` as spelled alike, its opener, customer and household; how many customers, households and openers of the whole
#: firm have the value (for a person: among these accounts); and `employee_id` where it is somebody's of the firm.
LINK_COLUMNS = (
    "account_id", "rep_id", "customer_id", "household", "kind", "value", "customers", "households", "openers", "employee_id",
)  # fmt: skip
LINK_MODELS = ("account_links", "linked_people", "account_owners")


def links(engine: Engine, accounts: Iterable[str]) -> pd.DataFrame:
    """The ties of these accounts, columns `LINK_COLUMNS`, in a fixed order; an engine measures one list of accounts."""
    wanted = pd.Series(sorted(set(accounts)), dtype="string")
    engine.stage("linked_accounts", pd.DataFrame({"account_id": wanted}))
    found, people, owners = (engine.fetch(name) for name in LINK_MODELS)
    tied = pd.concat([found, same_persons(people, owners)], ignore_index=True)[list(LINK_COLUMNS)]
    return tied.sort_values(["account_id", "kind", "value"], ignore_index=True)


def same_persons(people: pd.DataFrame, owners: pd.DataFrame) -> pd.DataFrame:
    """Accounts whose owners' records look like one person's, as rows of `LINK_COLUMNS`; `value` is the first such record.

    Args:
        people: rows of the model `linked_people`; `owners` of `account_owners`.
    """
    pairs = same_people(people)
    groups = nx.connected_components(nx.from_pandas_edgelist(pairs, "one", "other"))
    first = {customer: min(group) for group in groups for customer in group}
    rows = owners.assign(kind="person", value=owners["customer_id"].astype(str).map(first))
    rows = rows[rows["value"].notna()].astype({"value": "string"})
    by_value = rows.groupby("value")
    return rows.assign(
        customers=by_value["customer_id"].transform("nunique"),
        households=by_value["household"].transform("nunique"),
        openers=by_value["rep_id"].transform("nunique"),
        employee_id=pd.Series(pd.NA, index=rows.index, dtype="string"),
    )
