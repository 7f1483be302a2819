"""The least that any scan has to do: read the columns once, and join every account with what happened on it once.

`python -m bench.scale.floor WORKSPACE` does both on what a workspace has loaded and prints the seconds of each as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import duckdb

from surveil.config import Workspace
from surveil.feeds.snapshots import current

#: The columns that detectors read of the large feeds.
COLUMNS = {
    "accounts": (
        "account_id", "customer_id", "opened_by", "branch_id", "product_code", "channel", "opened_at_s",
        "opened_at_day", "closed_on_day",
    ),
    "transactions": (
        "account_id", "counterparty_account_id", "posted_at_day", "kind", "amount_cents", "initiated_by",
    ),
    "consents": ("account_id", "captured_at_day"),
    "sales": ("sale_id", "account_id", "rep_id", "product_code", "sold_at_day"),
    "customers": ("customer_id", "household_id", "name", "phone", "email", "address_line"),
}  # fmt: skip

#: Each account's key and each event's key is hashed once.
JOINS = """
SELECT COUNT(*), SUM(t.n), MIN(t.first_day), MIN(c.first_day), SUM(s.n), MAX(k.household_id)
FROM accounts AS a
LEFT JOIN (SELECT account_id, COUNT(*) AS n, MIN(posted_at_day) AS first_day FROM transactions GROUP BY account_id) AS t
  ON t.account_id = a.account_id
LEFT JOIN (SELECT account_id, MIN(captured_at_day) AS first_day FROM consents GROUP BY account_id) AS c
  ON c.account_id = a.account_id
LEFT JOIN (SELECT account_id, COUNT(*) AS n FROM sales GROUP BY account_id) AS s ON s.account_id = a.account_id
LEFT JOIN customers AS k ON k.customer_id = a.customer_id
"""


def main(arguments: list[str]) -> int:
    workspace = Workspace.open(Path(arguments[0]))
    snapshot = current(workspace)
    connection = duckdb.connect(config={"memory_limit": workspace.settings.engine.memory_limit})
    for feed in COLUMNS:
        files = [str(file) for part in snapshot.feeds[feed].parts for file in part.files]
        connection.read_parquet(files).create_view(feed)
    seconds = {}
    started = time.perf_counter()
    for feed, columns in COLUMNS.items():
        told = ", ".join(f"MAX({column})" for column in columns)
        connection.view(feed).aggregate(told).to_arrow_table()
    seconds["read"] = time.perf_counter() - started
    started = time.perf_counter()
    connection.execute(JOINS).fetchall()
    seconds["join"] = time.perf_counter() - started
    print(json.dumps({"seconds": seconds}))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
