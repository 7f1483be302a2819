"""Letters to customers: one for each, the sums as paid, hostile names harmless, nobody else's data in it."""

from __future__ import annotations

import datetime as dt

import pytest

from surveil.production.customer_letters import Wording, letters
from surveil.production.redaction.pdf import page_texts
from surveil.remediation.batches import Batch, State
from surveil.remediation.files import Payment

PAID_ON = dt.date(2024, 7, 15)
BATCH = Batch("P-7", State.APPROVED, PAID_ON, 34_600, 3, "run", "m-1", {}, "olga", None, "peter")
WORDING = Wording("1-800-555-0100", "R. Roe")


def payment(number: int, customer: str, kind: str = "confirmed") -> Payment:
    return Payment(
        f"P-7-{number:05d}", f"A{number}", customer, kind, 100_000, 2_500, 75, 0, 0, 102_575, PAID_ON, "m-1"
    )


def line(number: int) -> dict[str, str]:
    return {
        "payment_id": f"P-7-{number:05d}", "account_id": f"A{number}", "kind": "fee", "since": "2024-01-02",
        "refund": "1000.00", "interest": "0.75", "formula": f"by hand {number}",
    }  # fmt: skip


def written(*payments: Payment, names: dict[str, str] | None = None) -> dict[str, list[str]]:
    made = letters(BATCH, payments, [line(n) for n in (1, 2, 3)], names or {}, "Example Bank", WORDING)
    return {name: page_texts(content) for name, content in made.items()}


def test_each_customer_gets_one_letter_with_his_accounts_alone() -> None:
    made = written(
        payment(1, "C2"), payment(2, "C1"), payment(3, "C2"), names={"C1": "Ilze Bērziņa", "C2": "王小明"}
    )
    assert list(made) == ["P-7-L00001.pdf", "P-7-L00002.pdf"]
    first, second = ("\n".join(pages) for pages in made.values())
    assert "Dear Ilze Bērziņa," in first
    assert "USD 1,025.75" in first
    assert "USD 2,051.50" in second
    assert "by hand 2" in first
    assert not {"A1", "A3", "by hand 1"} & set(first.split())
    assert "by hand 1" in second
    assert "by hand 3" in second


def test_a_customer_is_not_told_more_than_was_found() -> None:
    (unsure,) = written(payment(1, "C1", "cannot rule out")).values()
    assert "cannot rule out" in unsure[0]
    assert "found that" not in unsure[0]
    (sure,) = written(payment(1, "C1")).values()
    assert "were opened without your consent" in sure[0].replace("\n", " ")


def test_one_whose_name_is_not_known_gets_a_letter_all_the_same() -> None:
    (pages,) = written(payment(1, "C1")).values()
    assert "Dear Customer," in pages[0]


@pytest.mark.parametrize(
    "name", ["Bob <b>Smith", "<img src='x.png'/>", "{batch}", "a" * 5_000, "=1+1", "\u202egnp"]
)
def test_a_hostile_name_stays_a_name(name: str) -> None:
    (pages,) = written(payment(1, "C1"), names={"C1": name}).values()
    assert "USD 1,025.75" in "".join(pages)
    assert name[:6].strip("\u202e") in "".join(pages)


def test_letters_are_the_same_bytes_each_time() -> None:
    given = ([payment(1, "C1")], [line(1)], {}, "Example Bank", WORDING)
    assert letters(BATCH, *given) == letters(BATCH, *given)
