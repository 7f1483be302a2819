"""Turn the public PKDD'99 files of a Czech bank ("Berka") into the feeds that `surveil load` reads.

What each column is made of, and what the source does not say, stands in docs/berka.md. Standard library only.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from berka_source import Row, Source, SourceRefused, day_of, one_of, read, wrong

FEEDS: dict[str, tuple[str, ...]] = {
    "branches": ("branch_id", "name", "district", "region", "timezone"),
    "reps": ("rep_id", "name", "role", "hired_on"),
    "products": ("product_code", "name", "family", "is_credit", "unused_after_days"),
    "customers": ("customer_id", "kind", "name", "birth_on", "created_on"),
    "accounts": (
        *("account_id", "customer_id", "co_owners", "product_code", "opened_at"),
        *("branch_id", "channel", "status", "parent_account_id"),
    ),
    "transactions": (
        *("transaction_id", "account_id", "posted_at", "kind", "amount"),
        *("counterparty", "tender", "initiated_by"),
    ),
    "coverage": ("feed", "covers_from", "covers_to"),
}

TIME_ZONE = "Europe/Prague"
# Half a year without a payment is long for a current account that was opened to be paid into.
ACCOUNT_UNUSED_AFTER_DAYS = "180"

STATEMENTS = {
    "POPLATEK MESICNE": ("ACCOUNT-MONTHLY", "Current account, statement every month"),
    "POPLATEK TYDNE": ("ACCOUNT-WEEKLY", "Current account, statement every week"),
    "POPLATEK PO OBRATU": ("ACCOUNT-TRANSACTION", "Current account, statement after each transaction"),
}
CARDS = {
    "classic": ("CARD-CLASSIC", "Card, classic"),
    "junior": ("CARD-JUNIOR", "Card, junior"),
    "gold": ("CARD-GOLD", "Card, gold"),
}
LOAN = ("LOAN", "Personal loan")
# A and B are ended contracts (paid, not paid), C and D running ones (in order, in arrears).
LOAN_STATUS = {"A": "closed", "B": "closed", "C": "open", "D": "open"}

FEE, PENALTY, INTEREST = "SLUZBY", "SANKC. UROK", "UROK"
PURPOSES = ("SIPO", "POJISTNE", "UVER", "LEASING", "DUCHOD")
CARD_WITHDRAWAL = "VYBER KARTOU"
SIGNS = {"PRIJEM": "", "VYDAJ": "-", "VYBER": "-"}


@dataclass
class Feeds:
    """The feeds to write: rows by feed, and notes for the person who runs the conversion."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def convert(source: Source) -> Feeds:
    """All feeds that the source supports.

    Raises:
        SourceRefused: a value is not one the published description knows.
    """
    feeds = Feeds()
    opened = {row["account_id"]: day_of("account", row, "date") for row in source["account"]}
    feeds.rows["branches"] = [_branch(row) for row in source["district"]]
    feeds.rows["reps"] = []
    feeds.rows["products"] = _products()
    feeds.rows["customers"] = list(_customers(source, opened))
    feeds.rows["accounts"] = [*_accounts(source, opened), *_cards(source), *_loans(source)]
    feeds.rows["transactions"] = [*_transactions(source), *_card_activations(source)]
    feeds.rows["coverage"] = list(_coverage(source, opened))
    last = feeds.rows["coverage"][-1]["covers_to"]
    later = sum(day.isoformat() > last for day in opened.values())
    feeds.notes = [
        "The source does not say who works at the bank or who opened an account: "
        "nothing can be measured by representative.",
        f"{later:,} of {len(opened):,} accounts were opened after the last transaction ({last}): "
        "whether they are used is not known.",
        f"{len(source['order']):,} standing orders have no date and are not rows of a feed; "
        "they only tell which transfers the customer ordered.",
    ]
    return feeds


def _branch(row: Row) -> Row:
    return {
        "branch_id": f"D{row['A1']}",
        "name": row["A2"],
        "district": row["A2"],
        "region": row["A3"],
        "timezone": TIME_ZONE,
    }


def _products() -> list[Row]:
    def product(code: str, name: str, family: str, credit: str, unused_after: str = "") -> Row:
        return {
            "product_code": code,
            "name": name,
            "family": family,
            "is_credit": credit,
            "unused_after_days": unused_after,
        }

    unused = ACCOUNT_UNUSED_AFTER_DAYS
    return [
        *(product(*names, "deposit", "false", unused) for names in STATEMENTS.values()),
        *(product(*names, "feature", "") for names in CARDS.values()),
        product(*LOAN, "loan", "true"),
    ]


def _customers(source: Source, opened: dict[str, date]) -> Iterator[Row]:
    """Customers, each known to the bank since the first account he owns or may dispose of."""
    since: dict[str, date] = {}
    for row in source["disp"]:
        if row["account_id"] in opened:
            day = opened[row["account_id"]]
            since[row["client_id"]] = min(day, since.get(row["client_id"], day))
    for row in source["client"]:
        if row["client_id"] not in since:
            raise SourceRefused(
                f"client.asc, line {row['line']}: client {row['client_id']} has no account in disp.asc, "
                "so since when he is a customer is not known. Are the files of one release?"
            )
        yield {
            "customer_id": row["client_id"],
            "kind": "person",
            "name": f"Client {row['client_id']}",
            "birth_on": day_of("client", row, "birth_number", born=True).isoformat(),
            "created_on": since[row["client_id"]].isoformat(),
        }


def _holders(source: Source) -> tuple[dict[str, str], dict[str, list[str]]]:
    """The owner of each account, and who else may dispose of it."""
    owners: dict[str, str] = {}
    others: dict[str, list[str]] = {}
    for row in source["disp"]:
        if row["type"] == "OWNER":
            owners[row["account_id"]] = row["client_id"]
        elif row["type"] == "DISPONENT":
            others.setdefault(row["account_id"], []).append(row["client_id"])
        else:
            raise wrong("disp", row, "type", "OWNER or DISPONENT")
    return owners, others


def _accounts(source: Source, opened: dict[str, date]) -> Iterator[Row]:
    owners, others = _holders(source)
    for row in source["account"]:
        account = row["account_id"]
        if account not in owners:
            raise SourceRefused(
                f"account.asc, line {row['line']}: account {account} has no owner in disp.asc. "
                "Are the files of one release?"
            )
        yield {
            "account_id": account,
            "customer_id": owners[account],
            "co_owners": ";".join(others.get(account, [])),
            "product_code": one_of("account", row, "frequency", STATEMENTS)[0],
            "opened_at": opened[account].isoformat(),
            "branch_id": f"D{row['district_id']}",
            "channel": "branch",
        }


def _cards(source: Source) -> Iterator[Row]:
    holders = {row["disp_id"]: row for row in source["disp"]}
    districts = {row["account_id"]: row["district_id"] for row in source["account"]}
    for row in source["card"]:
        holder = holders.get(row["disp_id"])
        if holder is None or holder["account_id"] not in districts:
            raise wrong("card", row, "disp_id", "a disposition of a known account")
        yield {
            "account_id": f"CARD-{row['card_id']}",
            "customer_id": holder["client_id"],
            "product_code": one_of("card", row, "type", CARDS)[0],
            "opened_at": day_of("card", row, "issued").isoformat(),
            "branch_id": f"D{districts[holder['account_id']]}",
            "channel": "branch",
            "parent_account_id": holder["account_id"],
        }


def _loans(source: Source) -> Iterator[Row]:
    owners, _ = _holders(source)
    districts = {row["account_id"]: row["district_id"] for row in source["account"]}
    for row in source["loan"]:
        account = row["account_id"]
        if account not in owners or account not in districts:
            raise wrong("loan", row, "account_id", "an account with an owner")
        yield {
            "account_id": f"LOAN-{row['loan_id']}",
            "customer_id": owners[account],
            "product_code": LOAN[0],
            "opened_at": day_of("loan", row, "date").isoformat(),
            "branch_id": f"D{districts[account]}",
            "channel": "branch",
            "status": one_of("loan", row, "status", LOAN_STATUS),
        }


def _transactions(source: Source) -> Iterator[Row]:
    orders = {(row["account_id"], row["bank_to"], row["account_to"]) for row in source["order"]}
    for row in source["trans"]:
        kind, tender, initiated_by = _nature(row, orders)
        partner = f"{row['bank']} {row['account']}" if row["bank"] and row["account"] else ""
        yield {
            "transaction_id": row["trans_id"],
            "account_id": row["account_id"],
            "posted_at": day_of("trans", row, "date").isoformat(),
            "kind": kind,
            "amount": _signed_amount(row),
            "counterparty": partner,
            "tender": tender,
            "initiated_by": initiated_by,
        }


def _card_activations(source: Source) -> Iterator[Row]:
    """The first withdrawal with a card, told of the card too: the source books it on the account only.

    Only where the account has one card, so that there is no doubt which.
    """
    accounts = {row["disp_id"]: row["account_id"] for row in source["disp"]}
    cards: dict[str, list[Row]] = {}
    for row in source["card"]:
        cards.setdefault(accounts[row["disp_id"]], []).append(row)
    only = {account: rows[0] for account, rows in cards.items() if len(rows) == 1}
    for row in sorted(source["trans"], key=lambda row: day_of("trans", row, "date")):
        card = only.get(row["account_id"]) if row["operation"] == CARD_WITHDRAWAL else None
        if card is not None and day_of("trans", row, "date") >= day_of("card", card, "issued"):
            del only[row["account_id"]]
            yield {
                "transaction_id": f"CARD-{row['trans_id']}",
                "account_id": f"CARD-{card['card_id']}",
                "posted_at": day_of("trans", row, "date").isoformat(),
                "kind": "activation",
                "initiated_by": "customer",
            }


def _nature(row: Row, orders: set[tuple[str, str, str]]) -> tuple[str, str, str]:
    """Kind, tender and initiator. What the bank posts by itself goes before how it was moved."""
    symbol, operation = row["k_symbol"], row["operation"]
    if symbol and symbol not in (*PURPOSES, FEE, PENALTY, INTEREST):
        raise wrong("trans", row, "k_symbol", "a published symbol")
    if symbol == INTEREST:
        return "interest", "internal", "system"
    if symbol in (FEE, PENALTY):
        return "fee", "internal", "system"
    if operation == "PREVOD NA UCET":
        ordered = (row["account_id"], row["bank"], row["account"]) in orders
        return ("payment" if symbol else "transfer_out"), "ach", ("customer" if ordered else "")
    natures = {
        "VKLAD": ("deposit", "cash", "customer"),
        "VYBER": ("withdrawal", "cash", "customer"),
        CARD_WITHDRAWAL: ("withdrawal", "card", "customer"),
        "PREVOD Z UCTU": ("transfer_in", "ach", ""),
    }
    return one_of("trans", row, "operation", natures)


def _signed_amount(row: Row) -> str:
    sign = one_of("trans", row, "type", SIGNS)
    try:
        amount = Decimal(row["amount"])
    except InvalidOperation:
        raise wrong("trans", row, "amount", "a decimal number") from None
    if not amount.is_finite() or amount < 0:
        raise wrong("trans", row, "amount", "an amount without a sign")
    return f"{sign}{amount:.2f}" if amount else "0.00"


def _coverage(source: Source, opened: dict[str, date]) -> Iterator[Row]:
    """The real range of each extract. Cards and loans go on later: for accounts their own file counts."""
    posted = [day_of("trans", row, "date") for row in source["trans"]]
    for feed, days in (("accounts", list(opened.values())), ("transactions", posted)):
        yield {"feed": feed, "covers_from": min(days).isoformat(), "covers_to": max(days).isoformat()}


def write(feeds: Feeds, folder: Path) -> None:
    """Write one CSV a feed; nothing else may lie in the folder, as `surveil load` would read it too.

    Raises:
        SourceRefused: the folder holds other files.
    """
    folder.mkdir(parents=True, exist_ok=True)
    names = {f"{feed}.csv" for feed in FEEDS}
    others = sorted(path.name for path in folder.iterdir() if path.name not in names)
    if others:
        raise SourceRefused(f"{folder} holds other files ({others[0]} …). Choose an empty or a new folder.")
    for feed, columns in FEEDS.items():
        with (folder / f"{feed}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(feeds.rows[feed])


def main(arguments: list[str] | None = None) -> int:
    """Command line: 0 done, 2 wrong usage, 3 the source was refused."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", metavar="SOURCE", type=Path, help="folder with the eight .asc files")
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="folder to write the feeds into")
    given = parser.parse_args(arguments)
    try:
        feeds = convert(read(given.source))
        write(feeds, given.folder)
    except (SourceRefused, OSError) as error:
        print(f"Nothing was converted: {error}", file=sys.stderr)
        return 3
    for feed in FEEDS:
        print(f"{feed:<13} {len(feeds.rows[feed]):>9,} rows", file=sys.stderr)
    for note in feeds.notes:
        print(f"Note: {note}", file=sys.stderr)
    print(f"Written to {given.folder}. Next: surveil load {given.folder}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
