"""Who sold what another entered: a back office, or somebody at the log-in of an absent colleague. Whoever had the credit."""

from __future__ import annotations

from collections.abc import Collection

from surveil.engine.backends import Backend
from surveil.engine.staging import quoted
from surveil.engine.tables import to_frame

#: The openings under the log-in of somebody who was not there: `account_id`, `entered_by`, `seller`.
AWAY = "entered_while_away"
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


def note_away(backend: Backend, from_day: int, as_of_day: int) -> int:
    """Make the table `AWAY`: openings under the log-in of somebody absent that day, for which somebody else had the credit.

    Returns:
        how many there are.
    """
    backend.create(
        AWAY,
        "SELECT DISTINCT a.account_id AS account_id, a.opened_by AS entered_by, a.credited_to AS seller"
        " FROM all_accounts AS a JOIN all_absences AS b ON b.rep_id = a.opened_by"
        " AND b.start_on_day <= a.opened_at_day AND b.end_on_day >= a.opened_at_day"
        " WHERE a.credited_to <> a.opened_by"
        f" AND a.opened_at_day >= {from_day} AND a.opened_at_day <= {as_of_day}",
    )
    return int(backend.query(f"SELECT COUNT(*) AS n FROM {AWAY}").to_pylist()[0]["n"])


def accounts_sql(away: int) -> str:
    """A SELECT of all accounts with their `seller` by the table `AWAY`; as they are where it has none."""
    if not away:
        return "SELECT * FROM all_accounts"
    return f"SELECT a.*, w.seller AS seller FROM all_accounts AS a LEFT JOIN {AWAY} AS w ON w.account_id = a.account_id"


def seller_sql(who: Collection[str], away: int) -> str:
    """Who is held to an account, as an expression of SQL on `accounts_sql`: where somebody else entered it, whoever had
    the credit.
    """
    seller = "opened_by"
    if who:
        listed = ", ".join(map(quoted, who))
        seller = f"CASE WHEN opened_by IN ({listed}) THEN COALESCE(credited_to, opened_by) ELSE opened_by END"
    return f"COALESCE(seller, {seller})" if away else seller


def keyed_sql(who: Collection[str], away: int) -> str:
    """A SELECT of the accounts that somebody entered who is not held to them: `account_id`, `entered_by`."""
    entered = f"opened_by IN ({', '.join(map(quoted, who))}) AND credited_to <> opened_by" if who else "1 = 0"
    keyed = f"SELECT account_id, opened_by AS entered_by FROM all_accounts WHERE {entered}"
    return f"{keyed} UNION SELECT account_id, entered_by FROM {AWAY}" if away else keyed
