"""A large firm's feeds as Parquet, quickly and always the same: for speed and memory only, nobody in it is to be found.

`python -m bench.scale.data FOLDER --accounts 1000000 --transactions 6000000`
"""

from __future__ import annotations

import argparse
import itertools
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

FIRST_DAY = np.datetime64("2023-01-02")
DAYS = 700
ACCOUNTS_PER_REP = 200
REPS_PER_BRANCH = 10
CUSTOMERS_PER_ACCOUNT = 0.6
#: Of the transactions of so many accounts.
PARTS, AT_A_TIME = 4, 1_000_000
STATES = ("NY", "CA", "TX", "FL")
PRODUCTS = {
    "CHK": ("Checking", "deposit", "", 90),
    "SAV": ("Savings", "deposit", "", 180),
    "CARD": ("Credit card", "card", "", 90),
    "LINE": ("Credit line", "credit_line", "", None),
    "FUND": ("Mutual fund", "mutual_fund", "SIE;S6|S7;S63|S66", None),
}
SHARES = (0.45, 0.25, 0.2, 0.07, 0.03)
KINDS = (
    "deposit",
    "purchase",
    "payment",
    "withdrawal",
    "login",
    "transfer_in",
    "transfer_out",
    "interest",
    "fee",
)
KIND_SHARES = (0.1, 0.4, 0.1, 0.08, 0.15, 0.03, 0.03, 0.08, 0.03)
NO_CONSENT, UNUSED, ROUND_TRIP, LICENSED = 0.03, 0.04, 0.006, 0.95

Integers = npt.NDArray[np.int64]


def ids(prefix: str, numbers: Integers, width: int = 8) -> pa.Array:
    """Numbers as text ids of one length, as firms have them: longer than `width` only where a number is.

    The digits of so many at a time, as the texts of a hundred million would not fit into memory at once.
    """
    width = max(width, len(str(numbers.max(initial=0))))
    size = len(prefix) + width
    text = np.empty((len(numbers), size), np.uint8)
    text[:, : len(prefix)] = np.frombuffer(prefix.encode("ascii"), np.uint8)
    for first in range(0, len(numbers), AT_A_TIME):
        rest = numbers[first : first + AT_A_TIME]
        for place in range(size - 1, len(prefix) - 1, -1):
            rest, digit = np.divmod(rest, 10)
            text[first : first + AT_A_TIME, place] = digit + ord("0")
    ends = np.arange(len(numbers) + 1, dtype=np.int32) * np.int32(size)
    return pa.StringArray.from_buffers(len(numbers), pa.py_buffer(ends), pa.py_buffer(text))


def amounts(cents: Integers) -> pa.Array:
    """Cents as text with two decimals."""
    words = np.stack([cents, cents >> 63], axis=1)
    decimals = pa.Array.from_buffers(pa.decimal128(18, 2), len(cents), [None, pa.py_buffer(words)])
    return decimals.cast(pa.string())


def stamps(days: Integers, seconds: Integers) -> pa.Array:
    """Local timestamps without a zone."""
    return pa.array((FIRST_DAY + days).astype("datetime64[s]") + seconds, pa.timestamp("us"))


def dates(days: Integers) -> pa.Array:
    return pa.array((FIRST_DAY + days).astype("datetime64[D]"))


def write(folder: Path, name: str, columns: dict[str, object]) -> None:
    table = pa.table(columns)
    pq.write_table(table, folder / f"{name}.parquet", compression="zstd")
    print(f"{name}: {table.num_rows:,} rows", file=sys.stderr)


def make(folder: Path, accounts: int, transactions: int, seed: int = 1) -> None:
    """Write all feeds into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(seed)
    reps = max(20, accounts // ACCOUNTS_PER_REP)
    branches = max(2, reps // REPS_PER_BRANCH)
    customers = max(10, int(accounts * CUSTOMERS_PER_ACCOUNT))
    _people(folder, random, reps, branches, customers)
    opener, owner, opened, product = _accounts(folder, random, accounts, reps, customers)
    _consents(folder, random, opener, opened)
    _sales(folder, random, opener, owner, opened, product)
    _transactions(folder, random, owner, opened, transactions)


def _people(folder: Path, random: np.random.Generator, reps: int, branches: int, customers: int) -> None:
    rep, branch, customer = np.arange(reps), np.arange(branches), np.arange(customers)
    write(
        folder,
        "branches",
        {
            "branch_id": ids("B", branch, 5),
            "name": ids("Branch ", branch, 5),
            "kind": pa.array(np.where(branch % 10 == 0, "student", "standard")),
            "timezone": pa.array(["America/New_York", "America/Los_Angeles"] * (branches // 2 + 1))[
                :branches
            ],
        },
    )
    write(
        folder,
        "reps",
        {
            "rep_id": ids("R", rep, 6),
            "name": ids("Representative ", rep, 6),
            "role": pa.array(["banker"] * reps),
            "hired_on": dates(np.full(reps, -1000)),
        },
    )
    write(
        folder,
        "products",
        {
            "product_code": list(PRODUCTS),
            "name": [name for name, *_ in PRODUCTS.values()],
            "family": [family for _, family, *_ in PRODUCTS.values()],
            "requires": [requires for _, _, requires, _ in PRODUCTS.values()],
            "unused_after_days": [horizon for *_, horizon in PRODUCTS.values()],
        },
    )
    write(
        folder,
        "customers",
        {
            "customer_id": ids("C", customer),
            "name": ids("Customer ", customer),
            "state": pa.array(np.array(STATES)[random.integers(0, len(STATES), customers)]),
            "created_on": dates(np.full(customers, -500)),
        },
    )
    terms = ("SIE", "S6", "S63")
    licensed = np.repeat(rep, len(terms))
    held = random.random(len(licensed)) < LICENSED
    write(
        folder,
        "registrations",
        {
            "rep_id": ids("R", licensed[held], 6),
            "qualification": pa.array(np.tile(np.array(terms), reps)[held]),
            "jurisdiction": pa.array(["US"] * int(held.sum())),
            "granted_on": dates(np.full(int(held.sum()), -900)),
            "status": pa.array(["active"] * int(held.sum())),
        },
    )


def _accounts(
    folder: Path, random: np.random.Generator, accounts: int, reps: int, customers: int
) -> tuple[Integers, Integers, Integers, Integers]:
    opener = random.integers(0, reps, accounts)
    owner = random.integers(0, customers, accounts)
    opened = np.sort(random.integers(0, DAYS, accounts))
    product = random.choice(len(PRODUCTS), accounts, p=SHARES)
    write(
        folder,
        "accounts",
        {
            "account_id": ids("A", np.arange(accounts)),
            "customer_id": ids("C", owner),
            "product_code": pa.array(np.array(list(PRODUCTS))[product]),
            "opened_at": stamps(opened, random.integers(9 * 3600, 18 * 3600, accounts)),
            "opened_by": ids("R", opener, 6),
            "branch_id": ids("B", opener // REPS_PER_BRANCH, 5),
            "channel": pa.array(np.array(["branch", "phone"])[(random.random(accounts) < 0.2).astype(int)]),
            "status": pa.array(["open"] * accounts),
        },
    )
    return opener, owner, opened, product


def _consents(folder: Path, random: np.random.Generator, opener: Integers, opened: Integers) -> None:
    given = np.flatnonzero(random.random(len(opened)) >= NO_CONSENT)
    write(
        folder,
        "consents",
        {
            "consent_id": ids("K", given),
            "account_id": ids("A", given),
            "kind": pa.array(["e_signature"] * len(given)),
            "captured_at": stamps(opened[given], random.integers(9 * 3600, 18 * 3600, len(given))),
            "captured_by": ids("R", opener[given], 6),
        },
    )


def _sales(
    folder: Path,
    random: np.random.Generator,
    opener: Integers,
    owner: Integers,
    opened: Integers,
    product: Integers,
) -> None:
    sold = np.flatnonzero(product == list(PRODUCTS).index("FUND"))
    write(
        folder,
        "sales",
        {
            "sale_id": ids("S", sold),
            "customer_id": ids("C", owner[sold]),
            "account_id": ids("A", sold),
            "product_code": pa.array(["FUND"] * len(sold)),
            "rep_id": ids("R", opener[sold], 6),
            "sold_at": stamps(opened[sold], np.full(len(sold), 12 * 3600)),
            "amount": pa.array(random.integers(1_000, 50_000, len(sold)).astype(float)),
        },
    )


def _transactions(
    folder: Path, random: np.random.Generator, owner: Integers, opened: Integers, transactions: int
) -> None:
    """An opening deposit an account, the owner's money in and out again on some, and use at random on most.

    Made so many accounts at a time that memory does not grow with the firm; each part is in the order of days.
    """
    blocks = max(1, len(opened) // AT_A_TIME)
    ends = np.linspace(0, len(opened), blocks + 1).astype(np.int64)
    made = 0
    for block, (first, end) in enumerate(itertools.pairwise(ends.tolist())):
        number = transactions * (block + 1) // blocks - transactions * block // blocks
        rows = _of_accounts(random, owner[first:end], opened[first:end], number).assign(
            account=lambda own, first=first: own["account"] + first,
            other=lambda own, first=first: own["other"].where(own["other"] < 0, own["other"] + first),
        )
        for part, chosen in enumerate(np.array_split(np.arange(len(rows)), PARTS)):
            name = f"transactions-{block * PARTS + part:04d}"
            _write_transactions(folder, name, random, rows.loc[chosen], chosen + made)
        made += len(rows)


def _of_accounts(
    random: np.random.Generator, owner: Integers, opened: Integers, transactions: int
) -> pd.DataFrame:
    accounts = np.arange(len(opened))
    trips, source = _own_pairs(random, owner)
    return pd.concat(
        [
            _block(accounts, opened, "deposit", random.integers(2_500, 100_000, len(accounts))),
            _block(trips, opened[trips] + 1, "transfer_in", 5_000, source),
            _block(source, opened[trips] + 1, "transfer_out", -5_000, trips),
            _block(trips, opened[trips] + 8, "transfer_out", -5_000, source),
            _block(source, opened[trips] + 8, "transfer_in", 5_000, trips),
            _use(random, opened, transactions - len(accounts) - 4 * len(trips)),
        ],
        ignore_index=True,
    ).sort_values("day", kind="stable", ignore_index=True)


def _own_pairs(random: np.random.Generator, owner: Integers) -> tuple[Integers, Integers]:
    """Some accounts, and for each an earlier one of the same customer."""
    by_owner = np.argsort(owner, kind="stable")
    second = np.flatnonzero(owner[by_owner][1:] == owner[by_owner][:-1]) + 1
    chosen = second[random.random(len(second)) < ROUND_TRIP * len(owner) / len(second)]
    return by_owner[chosen], by_owner[chosen - 1]


def _block(
    account: Integers, day: Integers, kind: object, cents: object, other: Integers | int = -1
) -> pd.DataFrame:
    return pd.DataFrame({"account": account, "day": day, "kind": kind, "cents": cents, "other": other})


def _use(random: np.random.Generator, opened: Integers, number: int) -> pd.DataFrame:
    """Most of it soon after the opening; a few accounts are never used."""
    users = np.flatnonzero(random.random(len(opened)) >= UNUSED)
    account = users[random.integers(0, len(users), number)]
    kind = np.array(KINDS)[random.choice(len(KINDS), number, p=KIND_SHARES)]
    sign = np.where(np.isin(kind, ["purchase", "payment", "withdrawal", "transfer_out", "fee"]), -1, 1)
    cents = np.where(kind == "login", 0, random.integers(100, 50_000, number) * sign)
    later = (random.random(number) ** 2 * (DAYS - opened[account])).astype(np.int64)
    return _block(account, opened[account] + later, kind, cents)


def _write_transactions(
    folder: Path, name: str, random: np.random.Generator, rows: pd.DataFrame, number: Integers
) -> None:
    other = rows["other"].to_numpy()
    day = np.minimum(rows["day"].to_numpy(), DAYS)
    write(
        folder,
        name,
        {
            "transaction_id": ids("T", number, 9),
            "account_id": ids("A", rows["account"].to_numpy()),
            "posted_at": stamps(day, random.integers(8 * 3600, 20 * 3600, len(rows))),
            "kind": pa.array(rows["kind"]),
            "amount": amounts(rows["cents"].to_numpy(np.int64)),
            "counterparty_account_id": pc.if_else(pa.array(other >= 0), ids("A", np.maximum(other, 0)), None),
            "initiated_by": pa.array(np.where(rows["kind"].isin(["interest", "fee"]), "system", "customer")),
        },
    )


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.scale.data", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--accounts", type=int, default=1_000_000)
    parser.add_argument("--transactions", type=int, default=6_000_000)
    given = parser.parse_args(arguments)
    make(given.folder, given.accounts, given.transactions)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
