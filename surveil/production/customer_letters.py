"""Letters to customers about what they are paid and why, one PDF for each customer of a batch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from surveil.remediation.batches import Batch
from surveil.remediation.files import Payment
from surveil.remediation.method import ROUNDING
from surveil.remediation.subjects import Class
from surveil.reports.pdf import fonts
from surveil.reports.pdf.document import Imprint, Story
from surveil.reports.pdf.table import TableColumn
from surveil.reports.pdf.text import Typesetter

_WHY = {
    Class.CONFIRMED.value: "We have looked into how the accounts below came about, and found that one or more of them "
    "were opened without your consent.",
    Class.CANNOT_RULE_OUT.value: "We have looked into how the accounts below came about, and cannot rule out that one "
    "or more of them were opened without your consent.",
}
_SUMS = (
    ("Fees and interest charged on the account", "fees_cents"),
    ("Fees on your other accounts that followed from it", "knock_on_cents"),
    ("Interest, until the day of payment or of an earlier refund", "interest_cents"),
    ("Higher cost of credit", "credit_cents"),
    ("For your trouble", "goodwill_cents"),
)


@dataclass(frozen=True)
class Wording:
    """How customers reach the firm about it, who signs, and the currency of the amounts."""

    contact: str
    signer: str
    currency: str = "USD"


def letters(
    batch: Batch,
    payments: Iterable[Payment],
    lines: Sequence[Mapping[str, str]],
    names: Mapping[str, str],
    firm: str,
    wording: Wording,
) -> dict[str, bytes]:
    """The letters of a batch by file name; a file's name holds its number in the batch and no customer's.

    Args:
        lines: the batch's lines, as `surveil.remediation.files.read_lines` gives them.
        names: how each customer is addressed, by id; one whose name is not known is addressed as customer.
    """
    ordered = sorted(payments, key=lambda payment: (payment.customer_id, payment.payment_id))
    made = {}
    for number, (customer, group) in enumerate(groupby(ordered, key=lambda payment: payment.customer_id), 1):
        own = list(group)
        ids = {payment.payment_id for payment in own}
        shown = [line for line in lines if line["payment_id"] in ids]
        reference = f"{batch.batch_id}-L{number:05d}"
        name = names.get(customer, "Customer")
        made[f"{reference}.pdf"] = _letter(reference, batch, own, shown, name, firm, wording)
    return made


def _letter(
    reference: str,
    batch: Batch,
    payments: Sequence[Payment],
    lines: Sequence[Mapping[str, str]],
    name: str,
    firm: str,
    wording: Wording,
) -> bytes:
    story = Story(
        Typesetter(fonts.load()),
        Imprint(
            title=reference,
            author=firm,
            header=firm,
            footer="Confidential",
            as_of=batch.paid_on,
            control_prefix=f"{reference}-",
        ),
    )
    total = sum(payment.total_cents for payment in payments)
    confirmed = any(payment.account_class == Class.CONFIRMED.value for payment in payments)
    story.gap(30)
    story.title("What we pay you, and why")
    story.text(f"{batch.paid_on.isoformat()}")
    story.text(f"Dear {name},")
    story.text(_WHY[Class.CONFIRMED.value if confirmed else Class.CANNOT_RULE_OUT.value])
    story.text(
        f"On {batch.paid_on.isoformat()} we pay you {wording.currency} {_amount(total)}. You need not do anything for it, "
        "and taking it does not take away any right of yours."
    )
    for payment in payments:
        story.label(f"Account {payment.account_id}")
        story.table(
            [TableColumn("For", 4), TableColumn(wording.currency, 1, "right")],
            [
                *(
                    (label, _amount(getattr(payment, field)))
                    for label, field in _SUMS
                    if getattr(payment, field)
                ),
                ("Together", _amount(payment.total_cents)),
            ],
        )
    story.text(f"If you think that something is missing or wrong, please tell us: {wording.contact}.")
    story.text(f"{wording.signer}\n\n{firm}")
    story.new_page(wide=True)
    story.heading("How it was computed")
    story.text(
        f"By the method {batch.method}; rounding: {ROUNDING}. Payment {', '.join(p.payment_id for p in payments)}."
    )
    story.table(
        [
            TableColumn("Account", 1),
            TableColumn("For", 1.2),
            TableColumn("Since", 0.8),
            TableColumn("Given back", 0.8, "right"),
            TableColumn("Interest", 0.7, "right"),
            TableColumn("Interest, or the sum, computed as", 3.4),
        ],
        [
            (
                line["account_id"],
                line["kind"],
                line["since"],
                line["refund"],
                line["interest"],
                line["formula"],
            )
            for line in lines
        ],
    )
    return story.render()


def _amount(cents: int) -> str:
    return f"{Decimal(cents).scaleb(-2):,.2f}"
