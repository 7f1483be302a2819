"""The lists of a batch: its payments, one a customer and account, and the lines they add up from, as CSV."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from itertools import groupby
from pathlib import Path

from surveil.remediation.compute import Kind, Line, Owed, dollars
from surveil.remediation.method import ROUNDING, Method
from surveil.remediation.subjects import Class

PAYMENTS, LINES, METHOD = "payments.csv", "lines.csv", "method.json"
LINE_FIELDS = (
    "payment_id",
    "account_id",
    "customer_id",
    "kind",
    "source",
    "since",
    "refund",
    "interest",
    "total",
    "formula",
)


@dataclass(frozen=True)
class Payment:
    """What one customer gets for one account. Cents; the parts add up to `total_cents`."""

    payment_id: str
    account_id: str
    customer_id: str
    account_class: str
    fees_cents: int
    knock_on_cents: int
    interest_cents: int
    credit_cents: int
    goodwill_cents: int
    total_cents: int
    paid_on: dt.date
    method: str
    remark: str = ""

    @classmethod
    def read(cls, file: Path) -> list[Payment]:
        """The payments in a file that `written` has made."""
        with file.open(encoding="utf-8", newline="") as stream:
            return [cls._of(row) for row in csv.DictReader(stream)]

    @classmethod
    def _of(cls, row: Mapping[str, str]) -> Payment:
        whole = {name: int(value) for name, value in row.items() if name.endswith("_cents")}
        text = {
            name: value for name, value in row.items() if not name.endswith("_cents") and name != "paid_on"
        }
        return cls(**text, **whole, paid_on=dt.date.fromisoformat(row["paid_on"]))  # type: ignore[arg-type]


def payments_of(
    batch_id: str,
    lines: Iterable[Line],
    classes: Mapping[str, Class],
    paid_on: dt.date,
    method: str,
    not_known: Mapping[str, str] | None = None,
) -> list[Payment]:
    """One payment for each customer and account, in their order."""
    made = []
    grouped = groupby(sorted(lines, key=_whose), key=_whose)
    for number, ((customer, account), group) in enumerate(grouped, 1):
        parts = list(group)
        made.append(
            Payment(
                payment_id=f"{batch_id}-{number:05d}",
                account_id=account,
                customer_id=customer,
                account_class=classes.get(account, Class.CANNOT_RULE_OUT).value,
                fees_cents=_refunds(parts, Kind.FEE, Kind.INTEREST_CHARGED),
                knock_on_cents=_refunds(parts, Kind.KNOCK_ON),
                interest_cents=sum(line.interest_cents for line in parts),
                credit_cents=_refunds(parts, Kind.CREDIT),
                goodwill_cents=_refunds(parts, Kind.GOODWILL),
                total_cents=sum(line.total_cents for line in parts),
                paid_on=paid_on,
                method=method,
                remark=(not_known or {}).get(account, ""),
            )
        )
    return made


def written(batch_id: str, owed: Owed, classes: Mapping[str, Class], method: Method) -> dict[str, bytes]:
    """The files of a batch: payments, lines, and the method with all its rates and its rounding."""
    payments = payments_of(batch_id, owed.lines, classes, owed.paid_on, method.id, owed.not_known)
    ids = {(payment.customer_id, payment.account_id): payment.payment_id for payment in payments}
    names = [field.name for field in fields(Payment)]
    lines = ([ids[_whose(line)], *_shown(line)] for line in owed.lines)
    told = method.model_dump(mode="json") | {"rounding": ROUNDING, "paid_on": owed.paid_on.isoformat()}
    return {
        PAYMENTS: _csv(names, (list(asdict(payment).values()) for payment in payments)),
        LINES: _csv(LINE_FIELDS, lines),
        METHOD: (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode(),
    }


def read_lines(file: Path) -> list[dict[str, str]]:
    """The lines of a batch as they were written."""
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _whose(line: Line) -> tuple[str, str]:
    return line.customer_id, line.account_id


def _refunds(lines: Sequence[Line], *kinds: Kind) -> int:
    return sum(line.refund_cents for line in lines if line.kind in kinds)


def _shown(line: Line) -> list[object]:
    return [
        line.account_id,
        line.customer_id,
        line.kind.value,
        line.source,
        line.since.isoformat(),
        dollars(line.refund_cents),
        dollars(line.interest_cents),
        dollars(line.total_cents),
        line.formula,
    ]


def _csv(names: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(rows)
    return target.getvalue().encode("utf-8")
