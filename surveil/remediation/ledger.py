"""The ledger of compensation paid: every payment of every paid batch, with who approved it, adding up to the cent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from surveil.errors import VerificationFailed
from surveil.remediation.batches import FOLDER, Batch, State, listed, payments
from surveil.remediation.files import LINES, Payment, read_lines
from surveil.store import Store


@dataclass(frozen=True)
class Entry:
    """One payment made, with the batch it was part of."""

    payment: Payment
    batch: Batch


def paid(
    workspace: Path, store: Store, first: dt.date | None = None, last: dt.date | None = None
) -> list[Entry]:
    """Payments made, in the order of batches; within a period where one is given, both days inclusive.

    Raises:
        VerificationFailed: a batch was changed after it was proposed, or does not add up.
    """
    entries = []
    for batch in listed(store):
        if batch.state is not State.PAID:
            continue
        made = payments(workspace, batch)
        _tie_out(workspace, batch, made)
        if (first is None or batch.paid_on >= first) and (last is None or batch.paid_on <= last):
            entries += [Entry(payment, batch) for payment in made]
    return entries


def total_cents(entries: Iterable[Entry]) -> int:
    """The sum of all payments."""
    return sum(entry.payment.total_cents for entry in entries)


def _tie_out(workspace: Path, batch: Batch, made: list[Payment]) -> None:
    """Lines add up to payments, parts to their payment, and payments to the total that was approved."""
    by_payment: dict[str, int] = {}
    for line in read_lines(workspace / FOLDER / batch.batch_id / LINES):
        cents = int(line["total"].replace(".", ""))
        by_payment[line["payment_id"]] = by_payment.get(line["payment_id"], 0) + cents
    for payment in made:
        parts = payment.fees_cents + payment.knock_on_cents + payment.interest_cents
        parts += payment.credit_cents + payment.goodwill_cents
        if not payment.total_cents == parts == by_payment.get(payment.payment_id):
            raise VerificationFailed(f"Payment {payment.payment_id} does not add up.")
    if sum(payment.total_cents for payment in made) != batch.total_cents:
        raise VerificationFailed(f"Batch {batch.batch_id} does not add up to the total that was approved.")
