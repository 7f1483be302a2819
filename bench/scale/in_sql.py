"""The core measurements of surveil's first detectors as plain SQL on DuckDB, to compare with.

`python -m bench.scale.in_sql FOLDER [MEMORY]` prints the seconds, and what was counted, as JSON. It counts what
bench.scale.in_pandas counts, straight from the Parquet files.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import duckdb

from bench.scale.in_pandas import (
    IN_BUSINESS_DAYS,
    INACTIVITY_DAYS,
    OPENING_DEPOSIT_DAYS,
    PERIOD_END_DAYS,
    RETURN_DAYS,
)

FEEDS = ("accounts", "branches", "products", "consents", "sales", "registrations")
KEYS = "opened_by, product_code, channel, kind, branch_id, month"

STEPS = (
    """CREATE TEMP TABLE opened AS
    WITH dated AS (
        SELECT *, CAST(opened_at AS DATE) AS day, LAST_DAY(CAST(opened_at AS DATE)) AS month FROM accounts
        WHERE opened_by IS NOT NULL AND (channel IS NULL OR channel <> 'system')
    ), days AS (
        SELECT day, LEN(LIST_FILTER(GENERATE_SERIES(day, month, INTERVAL 1 DAY), lambda d: ISODOW(d) < 6)) - 1 AS days_left
        FROM (SELECT DISTINCT day, month FROM dated)
    )
    SELECT d.account_id, d.customer_id, d.opened_by, d.product_code, d.channel, d.branch_id, b.kind, p.family, d.day,
           d.month, n.days_left
    FROM dated AS d JOIN days AS n USING (day) JOIN products AS p USING (product_code)
    LEFT JOIN branches AS b USING (branch_id)
    """,
    """CREATE TEMP TABLE moves AS
    SELECT t.account_id, o.customer_id, t.kind, CAST(t.amount AS DOUBLE) AS amount, t.initiated_by,
           t.counterparty_account_id, CAST(t.posted_at AS DATE) - o.day AS age
    FROM transactions AS t JOIN opened AS o USING (account_id)
    WHERE CAST(t.posted_at AS DATE) >= o.day
    """,
    f"""CREATE TEMP TABLE trips AS
    WITH own AS (
        SELECT m.account_id, m.amount, m.age FROM moves AS m JOIN accounts AS a ON a.account_id = m.counterparty_account_id
        WHERE m.kind IN ('transfer_in', 'transfer_out', 'deposit', 'withdrawal') AND a.customer_id = m.customer_id
    ), came AS (
        SELECT account_id, SUM(amount) AS paid_in, MIN(age) AS first_in FROM own
        WHERE amount > 0 AND age <= {IN_BUSINESS_DAYS + 2} GROUP BY account_id
    )
    SELECT c.account_id FROM own AS o JOIN came AS c USING (account_id)
    WHERE o.amount < 0 AND o.age BETWEEN c.first_in AND c.first_in + {RETURN_DAYS}
    GROUP BY c.account_id, c.paid_in HAVING -SUM(o.amount) >= 0.9 * c.paid_in
    """,
    f"""CREATE TEMP TABLE used AS
    SELECT o.*, u.first_use FROM opened AS o LEFT JOIN (
        SELECT account_id, MIN(age) AS first_use FROM moves
        WHERE COALESCE(initiated_by, 'customer') = 'customer'
          AND (kind IN ('purchase', 'payment', 'login', 'activation')
               OR (kind IN ('deposit', 'transfer_in') AND age > {OPENING_DEPOSIT_DAYS})
               OR (kind IN ('withdrawal', 'transfer_out') AND account_id NOT IN (SELECT account_id FROM trips)))
        GROUP BY account_id
    ) AS u USING (account_id)
    """,
)

COUNTED = {
    "without consent": "SELECT COUNT(*) FROM opened WHERE account_id NOT IN (SELECT account_id FROM consents)",
    "round trips": "SELECT COUNT(*) FROM trips",
    "never used": "SELECT COUNT(*) FROM used WHERE first_use IS NULL",
    "period-end openings unused": f"""SELECT COUNT(*) FROM used
        WHERE days_left < {PERIOD_END_DAYS} AND (first_use IS NULL OR first_use > {INACTIVITY_DAYS})""",
    "unqualified sales": """SELECT COUNT(*) FROM sales LEFT JOIN (
            SELECT rep_id, BOOL_OR(qualification = 'SIE') AND BOOL_OR(qualification IN ('S6', 'S7'))
                   AND BOOL_OR(qualification IN ('S63', 'S66')) AS able
            FROM registrations GROUP BY rep_id
        ) USING (rep_id) WHERE able IS NOT TRUE""",
    "cells": f"""SELECT (SELECT COUNT(*) FROM (
                SELECT {KEYS}, COUNT(*), COUNT(c.account_id) FROM opened
                LEFT JOIN (SELECT DISTINCT account_id FROM consents) AS c USING (account_id) GROUP BY {KEYS}))
          + (SELECT COUNT(*) FROM (
                SELECT {KEYS}, COUNT(*), COUNT(t.account_id) FROM used LEFT JOIN trips AS t USING (account_id)
                WHERE kind IS NOT NULL GROUP BY {KEYS}))
          + (SELECT COUNT(*) FROM (SELECT {KEYS}, first_use, COUNT(*) FROM used GROUP BY {KEYS}, first_use))
          + (SELECT COUNT(*) FROM (
                SELECT opened_by, family, kind, branch_id, month, days_left, COUNT(*) FROM used WHERE kind IS NOT NULL
                GROUP BY opened_by, family, kind, branch_id, month, days_left))""",
}


def measure(folder: Path, memory: str) -> dict[str, int]:
    connection = duckdb.connect(config={"memory_limit": memory})
    for feed in FEEDS:
        connection.read_parquet(str(folder / f"{feed}.parquet")).create_view(feed)
    connection.read_parquet(str(folder / "transactions-*.parquet")).create_view("transactions")
    for step in STEPS:
        connection.execute(step)
    counts = {name: connection.execute(query).fetchone() for name, query in COUNTED.items()}
    return {name: int(row[0]) for name, row in counts.items() if row is not None}


def main(arguments: list[str]) -> int:
    started = time.perf_counter()
    counted = measure(Path(arguments[0]), arguments[1] if len(arguments) > 1 else "2GB")
    print(json.dumps({"seconds": {"all": time.perf_counter() - started}, "counted": counted}))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
