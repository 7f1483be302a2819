"""The core measurements of surveil's first detectors, written straightforwardly in pandas, to compare with.

`python -m bench.scale.in_pandas FOLDER` prints seconds to read, seconds to measure, and what was counted, as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import pandas as pd

OPENING_DEPOSIT_DAYS, INACTIVITY_DAYS, RETURN_DAYS, IN_BUSINESS_DAYS, PERIOD_END_DAYS = 12, 90, 30, 5, 5
KEYS = ["opened_by", "product_code", "channel", "kind", "branch_id", "month"]


def read(folder: Path) -> dict[str, pd.DataFrame]:
    feeds = ("accounts", "branches", "products", "consents", "sales", "registrations")
    tables = {feed: pd.read_parquet(folder / f"{feed}.parquet") for feed in feeds}
    parts = [pd.read_parquet(path) for path in sorted(folder.glob("transactions-*.parquet"))]
    tables["transactions"] = pd.concat(parts, ignore_index=True)
    return tables


def measure(feeds: dict[str, pd.DataFrame]) -> dict[str, int]:
    opened = _openings(feeds)
    moves = _moves(feeds, opened)
    trips = _round_trips(moves, feeds["accounts"])
    use = _first_use(moves, opened, trips)
    consent = feeds["consents"].groupby("account_id")["captured_at"].min().rename("consent_at")
    lag = opened.join(consent, on="account_id")
    no_consent = lag["consent_at"].isna()
    period_end = use[(use["days_left"] < PERIOD_END_DAYS) & ~(use["first_use"] <= INACTIVITY_DAYS)]
    cells = [
        lag.assign(bad=no_consent).groupby(KEYS, dropna=False)["bad"].agg(["size", "sum"]),
        use.assign(trip=use["account_id"].isin(trips.index)).groupby(KEYS)["trip"].agg(["size", "sum"]),
        use.groupby([*KEYS, "first_use"], dropna=False).size(),
        use.groupby(["opened_by", "family", "kind", "branch_id", "month", "days_left"]).size(),
    ]
    return {
        "without consent": int(no_consent.sum()),
        "round trips": len(trips),
        "never used": int(use["first_use"].isna().sum()),
        "period-end openings unused": len(period_end),
        "unqualified sales": _unqualified(feeds),
        "cells": sum(len(cell) for cell in cells),
    }


def _openings(feeds: dict[str, pd.DataFrame]) -> pd.DataFrame:
    accounts = feeds["accounts"]
    opened = accounts[accounts["opened_by"].notna() & (accounts["channel"] != "system")]
    opened = opened.merge(
        feeds["products"][["product_code", "family", "unused_after_days"]], on="product_code"
    )
    opened = opened.merge(feeds["branches"][["branch_id", "kind"]], on="branch_id", how="left")
    day = opened["opened_at"].dt.normalize()
    last = day + pd.offsets.MonthEnd(0)
    days = pd.DataFrame({"day": day.unique()})
    ends = days["day"] + pd.offsets.MonthEnd(0)
    days["days_left"] = [len(pd.bdate_range(a, b)) - 1 for a, b in zip(days["day"], ends, strict=True)]
    opened = opened.assign(day=day, month=last)
    return opened.merge(days, on="day")


def _moves(feeds: dict[str, pd.DataFrame], opened: pd.DataFrame) -> pd.DataFrame:
    moves = feeds["transactions"].merge(opened[["account_id", "customer_id", "day"]], on="account_id")
    moves["age"] = (moves["posted_at"].dt.normalize() - moves["day"]).dt.days
    moves["amount"] = moves["amount"].astype(float)
    return moves[moves["age"] >= 0]


def _round_trips(moves: pd.DataFrame, accounts: pd.DataFrame) -> pd.DataFrame:
    money = moves[moves["kind"].isin(["transfer_in", "transfer_out", "deposit", "withdrawal"])]
    owner = accounts.set_index("account_id")["customer_id"]
    own = money[money["counterparty_account_id"].map(owner) == money["customer_id"]]
    into = own[(own["amount"] > 0) & (own["age"] <= IN_BUSINESS_DAYS + 2)]
    came = into.groupby("account_id").agg(paid_in=("amount", "sum"), first_in=("age", "min"))
    back = own[own["amount"] < 0].merge(came, on="account_id")
    back = back[(back["age"] >= back["first_in"]) & (back["age"] <= back["first_in"] + RETURN_DAYS)]
    went = came.join(-back.groupby("account_id")["amount"].sum().rename("paid_back"), how="inner")
    return went[went["paid_back"] >= 0.9 * went["paid_in"]]


def _first_use(moves: pd.DataFrame, opened: pd.DataFrame, trips: pd.DataFrame) -> pd.DataFrame:
    by_customer = moves[moves["initiated_by"].fillna("customer") == "customer"]
    out = by_customer["kind"].isin(["withdrawal", "transfer_out"]) & ~by_customer["account_id"].isin(
        trips.index
    )
    into = by_customer["kind"].isin(["deposit", "transfer_in"]) & (by_customer["age"] > OPENING_DEPOSIT_DAYS)
    use = by_customer[by_customer["kind"].isin(["purchase", "payment", "login", "activation"]) | out | into]
    return opened.join(use.groupby("account_id")["age"].min().rename("first_use"), on="account_id")


def _unqualified(feeds: dict[str, pd.DataFrame]) -> int:
    """Sales of the one product that requires a registration: SIE, one of S6 and S7, one of S63 and S66."""
    held = feeds["registrations"].groupby("rep_id")["qualification"].agg(set)
    have = feeds["sales"]["rep_id"].map(held)
    wanted = ({"SIE"}, {"S6", "S7"}, {"S63", "S66"})
    return sum(not (isinstance(terms, set) and all(terms & group for group in wanted)) for terms in have)


def main(arguments: list[str]) -> int:
    started = time.perf_counter()
    feeds = read(Path(arguments[0]))
    have_read = time.perf_counter()
    counted = measure(feeds)
    seconds = {"read": have_read - started, "measure": time.perf_counter() - have_read}
    print(json.dumps({"seconds": seconds, "counted": counted}))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
