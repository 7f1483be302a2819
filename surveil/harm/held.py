"""Money of the customer's that lay on an account in question instead of his own: how much, and how long."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

#: One row per spell in which a sum of the customer's own money lay on an account in question: from `from_day` until the day
#: before `to_day`, `cents` at a time. `ended` says how it ended: `moved`, `closed`, or `open` on the last day seen.
HELD_COLUMNS = (
    "account_id",
    "customer_id",
    "other_account_id",
    "from_day",
    "to_day",
    "cents",
    "cent_days",
    "ended",
)
_MILLION = 1_000_000


def held(accounts: pd.DataFrame, moves: pd.DataFrame, as_of_day: int) -> pd.DataFrame:
    """The spells, with columns `HELD_COLUMNS`. Money passed on between accounts in question counts where it first came.

    Args:
        accounts: rows of the model `harm_accounts`; `moves` of `harm_moves`.
        as_of_day: the last day seen; money still there has been there up to and including that day.
    """
    closed = accounts.set_index("account_id")["closed_day"]
    rows: list[tuple[object, ...]] = []
    from_outside = moves[~moves["other_account_id"].isin(accounts["account_id"])]
    ordered = from_outside.sort_values(["account_id", "other_account_id", "day", "transaction_id"])
    for (account, other), group in ordered.groupby(["account_id", "other_account_id"], sort=True):
        shut = closed.get(account)
        end = (as_of_day + 1, "open") if shut is None or pd.isna(shut) else (int(shut), "closed")
        rows += [(account, other, *spell) for spell in _spells(group, *end)]
    made = pd.DataFrame(
        rows, columns=["account_id", "other_account_id", "from_day", "to_day", "cents", "ended"]
    )
    made["cent_days"] = made["cents"] * (made["to_day"] - made["from_day"])
    made = made.merge(accounts[["account_id", "customer_id"]], on="account_id", how="left")
    whole = dict.fromkeys(("from_day", "to_day", "cents", "cent_days"), "int64")
    return made[list(HELD_COLUMNS)].astype(whole)


def _spells(moves: pd.DataFrame, end_day: int, how: str) -> Iterator[tuple[int, int, int, str]]:
    """Spells of one balance; more taken out than was put in is the account's own money and starts no spell."""
    by_day = moves.groupby("day", sort=True)["cents"].sum()
    balance, since = 0, 0
    for day, cents in by_day.items():
        if balance and int(day) > since:
            yield since, int(day), balance, "moved"
        balance, since = max(0, balance + int(cents)), int(day)
    if balance and end_day > since:
        yield since, end_day, balance, how


def interest_on(cent_days: int, rate_ppm: int, year_days: int = 365) -> int:
    """Simple interest in cents on `cent_days` (cents times days) at `rate_ppm` millionths a year, half a cent rounded up.

    Raises:
        ValueError: a negative sum or rate, or a year without days.
    """
    if cent_days < 0 or rate_ppm < 0 or year_days < 1:
        raise ValueError("interest needs a sum, a rate and a year that are not negative")
    year = year_days * _MILLION
    return (2 * cent_days * rate_ppm + year) // (2 * year)
