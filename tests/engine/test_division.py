"""A SELECT that is divided by a key gives, part by part, the rows it gives whole; one that can't be is left whole."""

from __future__ import annotations

from collections import Counter
from functools import partial

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveil.engine.division import Division, divide
from surveil.engine.models import catalogue, compile_model

COLUMNS = {
    "accounts": ("account_id", "customer_id", "day"),
    "payments": ("account_id", "other_id", "cents"),
    "people": ("customer_id", "kind"),
    "kinds": ("kind", "weight"),
}
#: SELECTs that can be divided by the account, with what holds it in the result.
DIVIDED = {
    "SELECT a.account_id AS account_id, p.cents AS cents FROM accounts AS a JOIN payments AS p "
    "ON p.account_id = a.account_id": ("account_id",),
    "SELECT a.account_id AS one, p.account_id AS two, p.cents AS cents FROM accounts AS a LEFT JOIN payments AS p "
    "ON a.account_id = p.account_id AND p.cents > 1": ("one",),
    "SELECT account_id, COUNT(*) AS n, MAX(cents) AS most FROM payments GROUP BY account_id": ("account_id",),
    "SELECT DISTINCT account_id, day FROM accounts": ("account_id",),
    "SELECT account_id, SUM(cents) OVER (PARTITION BY account_id ORDER BY cents) AS total FROM payments": (
        "account_id",
    ),
    "SELECT account_id FROM accounts UNION SELECT account_id FROM payments": ("account_id",),
    "SELECT account_id AS a FROM accounts UNION ALL SELECT account_id FROM payments WHERE cents > 1": ("a",),
    "SELECT a.day AS day, k.weight AS weight FROM accounts AS a LEFT JOIN people AS u ON u.customer_id = a.customer_id "
    "LEFT JOIN kinds AS k ON k.kind = u.kind": (),
    "SELECT a.account_id AS account_id, x.day AS day FROM payments AS a LEFT JOIN accounts AS x "
    "ON x.account_id = a.other_id": ("account_id",),
    "SELECT a.account_id AS account_id FROM accounts AS a WHERE EXISTS (SELECT 1 FROM payments AS p "
    "WHERE p.account_id = a.account_id AND p.cents > a.day)": ("account_id",),
    "SELECT a.account_id AS account_id FROM accounts AS a WHERE NOT EXISTS (SELECT 1 FROM payments AS p "
    "WHERE p.account_id = a.account_id)": ("account_id",),
    "SELECT day FROM accounts WHERE account_id IN (SELECT account_id FROM payments)": (),
    "SELECT day FROM accounts WHERE account_id NOT IN (SELECT account_id FROM payments)": (),
    "SELECT account_id FROM accounts WHERE day > (SELECT MIN(cents) FROM payments)": ("account_id",),
    "SELECT o.account_id AS account_id, o.n AS n, a.day AS day FROM (SELECT account_id, COUNT(*) AS n FROM payments "
    "GROUP BY account_id HAVING COUNT(*) > 1) AS o JOIN accounts AS a ON a.account_id = o.account_id": (
        "account_id",
    ),
    "SELECT s.day AS day, COUNT(*) AS n, SUM(s.cents) AS cents, COALESCE(SUM(s.cents), 0) AS paid, MIN(s.cents) AS least "
    "FROM (SELECT a.day AS day, p.cents AS cents FROM accounts AS a LEFT JOIN payments AS p "
    "ON p.account_id = a.account_id) AS s GROUP BY s.day": (),
    "SELECT day, COUNT(*) FILTER (WHERE customer_id = 'c1') AS n FROM accounts GROUP BY day": (),
}
#: SELECTs that need rows of several accounts at once, or of which it is not plain that they do not.
WHOLE = (
    "SELECT COUNT(*) AS n FROM accounts",
    "SELECT day, COUNT(DISTINCT customer_id) AS n FROM accounts GROUP BY day",
    "SELECT day, COUNT(*) AS n FROM accounts GROUP BY day HAVING COUNT(*) > 1",
    "SELECT COUNT(*) AS n FROM accounts GROUP BY day",
    "SELECT DISTINCT day FROM accounts",
    "SELECT day FROM accounts UNION SELECT cents FROM payments",
    "SELECT account_id, ROW_NUMBER() OVER (PARTITION BY day ORDER BY account_id) AS place FROM accounts",
    "SELECT p.account_id AS account_id FROM kinds AS k JOIN payments AS p ON p.cents = k.weight",
    "SELECT account_id FROM accounts UNION ALL SELECT kind FROM people",
    "SELECT a.day AS day FROM accounts AS a RIGHT JOIN payments AS p ON p.account_id = a.account_id",
    "SELECT account_id FROM accounts EXCEPT SELECT account_id FROM payments",
    "SELECT account_id FROM accounts ORDER BY day LIMIT 3",
    "SELECT s.n AS n FROM (SELECT day, COUNT(*) AS n FROM accounts GROUP BY day) AS s",
)


def _divided(sql: str) -> Division | None:
    return divide(sql, "account_id", lambda table: COLUMNS.get(table, ()))


@pytest.mark.parametrize("sql", DIVIDED)
def test_what_holds_the_key_in_the_result_is_known(sql: str) -> None:
    found = _divided(sql)
    assert found is not None
    assert found.carried == DIVIDED[sql]


@pytest.mark.parametrize("sql", WHOLE)
def test_what_needs_rows_of_several_keys_is_not_divided(sql: str) -> None:
    assert _divided(sql) is None


def _part_of(part: int, table: str) -> str:
    return f"{table} {part}"


accounts = st.sampled_from([None, "a1", "a2", "a3", "a4", "a5"])
numbers = st.one_of(st.none(), st.integers(0, 3))
customers = st.sampled_from([None, "c1", "c2"])
kinds = st.sampled_from([None, "k1", "k2"])


@given(
    accounts_=st.lists(st.tuples(accounts, customers, numbers), max_size=8),
    payments=st.lists(st.tuples(accounts, accounts, numbers), max_size=8),
    people=st.lists(st.tuples(customers, kinds), max_size=4),
    weights=st.lists(st.tuples(kinds, numbers), max_size=4),
    parts=st.sampled_from([2, 3, 8]),
)
def test_the_parts_together_are_the_whole_whatever_is_missing_or_twice_there(
    accounts_: list[tuple[object, ...]],
    payments: list[tuple[object, ...]],
    people: list[tuple[object, ...]],
    weights: list[tuple[object, ...]],
    parts: int,
) -> None:
    rows = dict(zip(COLUMNS, (accounts_, payments, people, weights), strict=True))
    with duckdb.connect() as database:
        for table, columns in COLUMNS.items():
            kind = {name: "INTEGER" if name in ("day", "cents", "weight") else "VARCHAR" for name in columns}
            database.execute(f"CREATE TABLE {table} ({', '.join(f'{n} {k}' for n, k in kind.items())})")
            for row in rows[table]:
                database.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(columns))})", row)
            if "account_id" in columns:
                for part in range(parts):
                    database.execute(
                        f'CREATE VIEW "{table} {part}" AS SELECT * FROM {table} WHERE hash(account_id) % {parts} = {part}'
                    )
        for sql in DIVIDED:
            division = _divided(sql)
            assert division is not None
            made = [division.sql(partial(_part_of, part)) for part in range(parts)]
            together = " UNION ALL ".join(f"({one})" for one in made)
            if division.together:
                together = division.together.format(parts=f"({together})")
            expected = Counter(database.execute(sql).fetchall())
            assert Counter(database.execute(together).fetchall()) == expected, sql


def test_what_is_known_of_an_opening_is_measured_account_by_account() -> None:
    """The joins as long as the firm's accounts: a change that makes one of them whole costs a large firm its memory."""
    models = catalogue()
    for name in (
        "consent_lag",
        "first_actions",
        "first_use",
        "opening_signs",
        "judged_openings",
        "account_evidence",
    ):
        model = models[name]
        sql = compile_model(model, "duckdb", dict.fromkeys(model.parameters, 1))
        division = divide(
            sql, "account_id", lambda table: models[table].columns if table in models else ("account_id",)
        )
        assert division is not None, name
        assert division.carried == ("account_id",), name
