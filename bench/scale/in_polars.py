"""The core measurements of surveil's first detectors in Polars, to compare with.

`python -m bench.scale.in_polars FOLDER` prints the seconds, and what was counted, as JSON. It counts what
bench.scale.in_pandas counts, lazily, from the Parquet files.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import polars as pl
from polars import col

from bench.scale.in_pandas import (
    IN_BUSINESS_DAYS,
    INACTIVITY_DAYS,
    KEYS,
    OPENING_DEPOSIT_DAYS,
    PERIOD_END_DAYS,
    RETURN_DAYS,
)

#: Reads one of the firm's files, lazily.
Feed = Callable[[str], pl.LazyFrame]


def measure(folder: Path) -> dict[str, int]:
    def feed(name: str) -> pl.LazyFrame:
        return pl.scan_parquet(folder / f"{name}.parquet")

    opened = _openings(feed).collect()
    moves = _moves(pl.scan_parquet(folder / "transactions-*.parquet"), opened.lazy()).collect()
    trips = _round_trips(moves.lazy(), feed("accounts")).collect()
    use = opened.join(_first_use(moves.lazy(), trips.lazy()).collect(), on="account_id", how="left")
    consented = feed("consents").select("account_id").unique().with_columns(consent=True).collect()
    lag = opened.join(consented, on="account_id", how="left")
    idle = col("first_use").is_null() | (col("first_use") > INACTIVITY_DAYS)
    known = use.filter(col("kind").is_not_null()).join(
        trips.with_columns(trip=True), on="account_id", how="left"
    )
    days_left = ["opened_by", "family", "kind", "branch_id", "month", "days_left"]
    cells = [
        lag.group_by(KEYS).agg(pl.len(), col("consent").is_null().sum()),
        known.group_by(KEYS).agg(pl.len(), col("trip").is_not_null().sum()),
        use.group_by([*KEYS, "first_use"]).agg(pl.len()),
        known.group_by(days_left).agg(pl.len()),
    ]
    return {
        "without consent": int(lag["consent"].is_null().sum()),
        "round trips": trips.height,
        "never used": int(use["first_use"].is_null().sum()),
        "period-end openings unused": use.filter((col("days_left") < PERIOD_END_DAYS) & idle).height,
        "unqualified sales": _unqualified(feed),
        "cells": sum(cell.height for cell in cells),
    }


def _openings(feed: Feed) -> pl.LazyFrame:
    day = col("opened_at").dt.date()
    dated = feed("accounts").filter(
        col("opened_by").is_not_null() & (col("channel").is_null() | (col("channel") != "system"))
    )
    dated = dated.with_columns(day=day, month=day.dt.month_end())
    left = pl.business_day_count(col("day"), col("month").dt.offset_by("1d")) - 1
    return (
        dated.join(feed("products").select("product_code", "family"), on="product_code")
        .join(feed("branches").select("branch_id", "kind"), on="branch_id", how="left")
        .with_columns(days_left=left)
        .select("account_id", "customer_id", *KEYS, "family", "day", "days_left")
    )


def _moves(transactions: pl.LazyFrame, opened: pl.LazyFrame) -> pl.LazyFrame:
    joined = transactions.join(opened.select("account_id", "customer_id", "day"), on="account_id")
    age = (col("posted_at").dt.date() - col("day")).dt.total_days()
    return joined.with_columns(age=age, amount=col("amount").cast(pl.Float64)).filter(col("age") >= 0)


def _round_trips(moves: pl.LazyFrame, accounts: pl.LazyFrame) -> pl.LazyFrame:
    owner = accounts.select(counterparty_account_id="account_id", owner="customer_id")
    money = moves.filter(col("kind").is_in(["transfer_in", "transfer_out", "deposit", "withdrawal"]))
    own = money.join(owner, on="counterparty_account_id").filter(col("owner") == col("customer_id"))
    came = (
        own.filter((col("amount") > 0) & (col("age") <= IN_BUSINESS_DAYS + 2))
        .group_by("account_id")
        .agg(paid_in=col("amount").sum(), first_in=col("age").min())
    )
    back = own.filter(col("amount") < 0).join(came, on="account_id")
    back = back.filter(col("age").is_between(col("first_in"), col("first_in") + RETURN_DAYS))
    went = back.group_by("account_id").agg(paid_back=-col("amount").sum(), paid_in=col("paid_in").first())
    return went.filter(col("paid_back") >= 0.9 * col("paid_in")).select("account_id")


def _first_use(moves: pl.LazyFrame, trips: pl.LazyFrame) -> pl.LazyFrame:
    marked = moves.join(trips.with_columns(trip=True), on="account_id", how="left")
    use = (
        col("kind").is_in(["purchase", "payment", "login", "activation"])
        | (col("kind").is_in(["deposit", "transfer_in"]) & (col("age") > OPENING_DEPOSIT_DAYS))
        | (col("kind").is_in(["withdrawal", "transfer_out"]) & col("trip").is_null())
    )
    by_customer = marked.filter((col("initiated_by").fill_null("customer") == "customer") & use)
    return by_customer.group_by("account_id").agg(first_use=col("age").min())


def _unqualified(feed: Feed) -> int:
    """Sales of the one product that requires a registration: SIE, one of S6 and S7, one of S63 and S66."""
    qualified = col("qualification")
    able = pl.all_horizontal(
        (qualified == "SIE").any(), qualified.is_in(["S6", "S7"]).any(), qualified.is_in(["S63", "S66"]).any()
    )
    held = feed("registrations").group_by("rep_id").agg(able=able)
    sold = feed("sales").join(held, on="rep_id", how="left")
    return int(sold.select((~col("able").fill_null(value=False)).sum()).collect().item())


def main(arguments: list[str]) -> int:
    started = time.perf_counter()
    counted = measure(Path(arguments[0]))
    print(json.dumps({"seconds": {"all": time.perf_counter() - started}, "counted": counted}))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
