"""Who enters openings for others: what a back office keys is held to whoever had the credit, and talked to the customer."""

from __future__ import annotations

from collections.abc import Collection

from surveil.engine.backends import Backend
from surveil.engine.staging import quoted
from surveil.engine.tables import to_frame

#: Openings in the window with which it can be told how somebody works.
_TELLING = 30
#: The share of them that others had the credit for.
_MOSTLY = 0.8
#: So many others: a trainee whose mentor has the credit is no back office.
_SELLERS = 5


def keyers(backend: Backend, from_day: int, as_of_day: int) -> tuple[str, ...]:
    """The openers nearly all of whose openings others had the credit for, and several others; sorted."""
    sql = (
        "SELECT opened_by, credited_to, COUNT(*) AS n FROM all_accounts"
        f" WHERE opened_by IS NOT NULL AND opened_at_day >= {from_day} AND opened_at_day <= {as_of_day}"
        " GROUP BY opened_by, credited_to"
    )
    pairs = to_frame(backend.query(sql))
    for_others = pairs[pairs["credited_to"].notna() & (pairs["credited_to"] != pairs["opened_by"])]
    work = for_others.groupby("opened_by")["n"].agg(["sum", "size"])
    entered = pairs.groupby("opened_by")["n"].sum().reindex(work.index)
    enters = (entered >= _TELLING) & (work["sum"] >= _MOSTLY * entered) & (work["size"] >= _SELLERS)
    return tuple(sorted(work.index[enters].astype(str)))


def seller_sql(who: Collection[str]) -> str:
    """The opener of an account, as an expression of SQL: where one of these entered it, whoever had the credit."""
    return f"CASE WHEN opened_by IN ({', '.join(map(quoted, who))}) THEN COALESCE(credited_to, opened_by) ELSE opened_by END"


def keyed_sql(who: Collection[str]) -> str:
    """A SELECT of the accounts that one of these entered for somebody else: `account_id`, `entered_by`."""
    entered = f"opened_by IN ({', '.join(map(quoted, who))}) AND credited_to <> opened_by" if who else "1 = 0"
    return f"SELECT account_id, opened_by AS entered_by FROM all_accounts WHERE {entered}"
