"""From measured harm to what each customer is owed: one line per charge, each with its formula; nothing is paid here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from surveil.harm import Harm
from surveil.remediation.credit import CreditHarm
from surveil.remediation.method import Method, interest

_EPOCH = dt.date(1970, 1, 1)


class Kind(StrEnum):
    """What a line makes good."""

    FEE = "fee"
    INTEREST_CHARGED = "interest charged"
    KNOCK_ON = "knock-on charge"
    MONEY_HELD = "use of money"
    LATE_REFUND = "refunded late"
    CREDIT = "credit harm"
    GOODWILL = "goodwill"


_KINDS = {"fee": Kind.FEE, "interest": Kind.INTEREST_CHARGED, "knock_on": Kind.KNOCK_ON}


@dataclass(frozen=True)
class Line:
    """One sum owed. `source` names what it is for, so that nothing is paid twice; cents are whole.

    Attributes:
        refund_cents: what is given back; 0 for the use of money, which lies where it belongs again or still has to go there,
            and for what was refunded earlier.
        interest_cents: on it, until the day of payment, or of the earlier refund.
        formula: how the interest, or the sum, was computed.
    """

    account_id: str
    customer_id: str
    kind: Kind
    source: str
    since: dt.date
    refund_cents: int
    interest_cents: int
    formula: str

    @property
    def total_cents(self) -> int:
        return self.refund_cents + self.interest_cents


@dataclass(frozen=True)
class Owed:
    """What is owed on a day: the lines by account and time, and accounts of which more may be owed, with the reason."""

    paid_on: dt.date
    lines: tuple[Line, ...]
    not_known: Mapping[str, str]


def owed(
    harm: Harm,
    method: Method,
    paid_on: dt.date,
    *,
    credit: Iterable[CreditHarm] = (),
    settled: frozenset[str] = frozenset(),
) -> Owed:
    """What the customers of accounts in question are owed on the day of payment.

    Args:
        credit: harm to credit, as the firm has found it.
        settled: sources of lines that are part of an earlier payment.

    Raises:
        UsageError: a charge is older than the method's first rate, or younger than the payment.
    """
    lines = [
        *(_charge(row, method, paid_on) for row in _rows(harm.charges) if _counts(row, method)),
        *(
            _late(row, method, paid_on)
            for row in _rows(harm.refunds)
            if _bears_interest(row, method, settled)
        ),
        *(_held(row, method, paid_on) for row in _rows(harm.held)),
        *(_credit(entry) for entry in credit),
    ]
    lines += _goodwill(harm, method, paid_on)
    kept = [line for line in lines if line.total_cents > 0 and line.source not in settled]
    return Owed(paid_on, tuple(sorted(kept, key=_order)), dict(sorted(harm.not_known.items())))


def _rows(frame: Any) -> Sequence[Mapping[str, Any]]:
    rows: Sequence[Mapping[str, Any]] = frame.to_dict("records")
    return rows


def _counts(row: Mapping[str, Any], method: Method) -> bool:
    return int(row["outstanding_cents"]) > 0 and (method.usual_charges or not row["usual"])


def _charge(row: Mapping[str, Any], method: Method, paid_on: dt.date) -> Line:
    since = _day(row["day"])
    cents = int(row["outstanding_cents"])
    found = interest(method, cents, since, paid_on)
    return Line(
        account_id=row["account_id"],
        customer_id=row["customer_id"],
        kind=_KINDS[row["kind"]],
        source=_charge_source(row),
        since=since,
        refund_cents=cents,
        interest_cents=found.cents,
        formula=found.formula,
    )


def _bears_interest(row: Mapping[str, Any], method: Method, settled: frozenset[str]) -> bool:
    """Whether interest is owed on a part given back earlier; not where the charge was paid with its interest by then."""
    if _charge_source(row) in settled:
        return False
    return method.refunded_parts and bool(method.usual_charges or not row["usual"])


def _late(row: Mapping[str, Any], method: Method, paid_on: dt.date) -> Line:
    """Interest on a part of a charge, from the charge to the day it was given back."""
    source = f"refund {row['refund_id']} of {_charge_source(row)}"
    last = min(_day(row["day"]), paid_on)
    return _interest_only(row, Kind.LATE_REFUND, source, _day(row["charged_day"]), last, method)


def _charge_source(row: Mapping[str, Any]) -> str:
    return f"transaction {row['transaction_id']}"


def _held(row: Mapping[str, Any], method: Method, paid_on: dt.date) -> Line:
    """Interest for a spell; where the money still lies on the account, up to the day of payment."""
    first = _day(row["from_day"])
    last = paid_on if row["ended"] == "open" else _day(row["to_day"])
    source = f"money of {row['other_account_id']} on {row['account_id']} from {first.isoformat()}"
    return _interest_only(row, Kind.MONEY_HELD, source, first, last, method)


def _interest_only(
    row: Mapping[str, Any], kind: Kind, source: str, first: dt.date, last: dt.date, method: Method
) -> Line:
    """A line that gives no principal back."""
    found = interest(method, int(row["cents"]), first, last)
    return Line(
        account_id=row["account_id"],
        customer_id=row["customer_id"],
        kind=kind,
        source=source,
        since=first,
        refund_cents=0,
        interest_cents=found.cents,
        formula=found.formula,
    )


def _credit(entry: CreditHarm) -> Line:
    cents, formula = entry.cost()
    return Line(
        account_id=entry.account_id,
        customer_id=entry.customer_id,
        kind=Kind.CREDIT,
        source=f"credit harm {entry.reference}",
        since=entry.borrowed_on or entry.reported_on,
        refund_cents=cents,
        interest_cents=0,
        formula=formula,
    )


def _goodwill(harm: Harm, method: Method, paid_on: dt.date) -> list[Line]:
    return [
        Line(
            account_id=row["account_id"],
            customer_id=row["customer_id"],
            kind=Kind.GOODWILL,
            source=f"goodwill {row['account_id']}",
            since=paid_on,
            refund_cents=method.goodwill_cents,
            interest_cents=0,
            formula=f"{method.goodwill_per_account} for each account",
        )
        for row in _rows(harm.by_account)
    ]


def _order(line: Line) -> tuple[str, str, dt.date, str, str]:
    return line.customer_id, line.account_id, line.since, line.kind.value, line.source


def _day(number: object) -> dt.date:
    return _EPOCH + dt.timedelta(days=int(str(number)))


def dollars(cents: int) -> Decimal:
    """Whole cents as an amount with two decimals."""
    return Decimal(cents).scaleb(-2)
