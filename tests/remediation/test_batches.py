"""Batches: four eyes, sums that cannot change once proposed, nothing paid twice, and a ledger that adds up to the cent."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveil.alerts.errors import Conflict, NotAllowed, NotFound, Unacceptable
from surveil.alerts.people import Role, User
from surveil.errors import VerificationFailed
from surveil.harm import CHARGE_COLUMNS, HELD_COLUMNS, REFUND_COLUMNS, Harm
from surveil.remediation.batches import FOLDER, State, approve, find, listed, pay, propose, reject, settled
from surveil.remediation.compute import Kind, Owed, owed
from surveil.remediation.credit import CreditHarm
from surveil.remediation.files import LINES, METHOD, PAYMENTS, payments_of, read_lines
from surveil.remediation.ledger import paid, total_cents
from surveil.remediation.method import Method
from surveil.remediation.subjects import Class
from surveil.store import Store
from surveil.store.verification import verify

NOW = dt.datetime(2024, 7, 1, 12, tzinfo=dt.UTC)
PAID_ON = dt.date(2024, 7, 15)
OLGA, PETER = User("olga", Role.OFFICER), User("peter", Role.OFFICER)
NOTE = "Looked at each charge in the core system; all were for this account."
CLASSES = {"A1": Class.CONFIRMED, "A2": Class.CANNOT_RULE_OUT}
METHOD_USED = Method.model_validate(
    {
        "id": "2024-1",
        "authority": "Board resolution",
        "rates": [{"first": "2020-01-01", "percent": "3.65", "source": "policy"}],
        "goodwill_per_account": "25.00",
    }
)


def number(text: str) -> int:
    return (dt.date.fromisoformat(text) - dt.date(1970, 1, 1)).days


def charge(account: str, transaction: str, on: str, cents: int, **changes: Any) -> dict[str, Any]:
    row = {
        "account_id": account, "customer_id": account.replace("A", "C"), "rep_id": "R1", "transaction_id": transaction,
        "charged_account_id": account, "kind": "fee", "day": number(on), "cents": cents, "refunded_cents": 0,
        "outstanding_cents": cents, "moved_by": None, "after_days": None, "usual": False,
    }  # fmt: skip
    return row | changes


def harm(
    *charges: dict[str, Any],
    held: tuple[dict[str, Any], ...] = (),
    accounts: tuple[str, ...] = ("A1", "A2"),
    refunds: tuple[dict[str, Any], ...] = (),
) -> Harm:
    by_account = pd.DataFrame(
        {"account_id": list(accounts), "customer_id": [account.replace("A", "C") for account in accounts]}
    )
    return Harm(
        charges=pd.DataFrame(list(charges), columns=list(CHARGE_COLUMNS)),
        held=pd.DataFrame(list(held), columns=list(HELD_COLUMNS)),
        by_account=by_account,
        by_customer=pd.DataFrame(),
        not_known={"A2": "the transactions' extract covers only part of the account's life"},
        refunds=pd.DataFrame(list(refunds), columns=list(REFUND_COLUMNS)),
    )


HARM = harm(
    charge("A1", "T1", "2024-04-06", 10_000),
    charge("A1", "T2", "2024-05-01", 3_500, refunded_cents=3_500, outstanding_cents=0),
    charge("A1", "T3", "2024-06-01", 3_500, kind="knock_on", charged_account_id="A9"),
    charge("A1", "T4", "2024-06-02", 1_200, kind="knock_on", charged_account_id="A9", usual=True),
    charge("A2", "T5", "2024-07-15", 1_000, kind="interest"),
    held=(
        {"account_id": "A2", "customer_id": "C2", "other_account_id": "A8", "from_day": number("2024-07-05"),
         "to_day": number("2024-07-02"), "cents": 100_000, "cent_days": 0, "ended": "open"},
    ),
)  # fmt: skip


def lines() -> Owed:
    return owed(HARM, METHOD_USED, PAID_ON)


@pytest.fixture
def store(sqlite_store: Store) -> Store:
    return sqlite_store


def proposed(workspace: Path, store: Store, user: User = OLGA, found: Owed | None = None) -> Any:
    return propose(workspace, store, user, found or lines(), METHOD_USED, "run-1", CLASSES, NOW)


def test_what_is_owed_by_hand() -> None:
    found = {(line.account_id, line.kind): line for line in lines().lines}
    assert {key: (line.refund_cents, line.interest_cents) for key, line in found.items()} == {
        ("A1", Kind.FEE): (10_000, 100),
        ("A1", Kind.KNOCK_ON): (3_500, 15),
        ("A1", Kind.GOODWILL): (2_500, 0),
        ("A2", Kind.INTEREST_CHARGED): (1_000, 0),
        ("A2", Kind.MONEY_HELD): (0, 100),
        ("A2", Kind.GOODWILL): (2_500, 0),
    }
    assert found["A1", Kind.FEE].formula == "100.00 × (100 × 3.65 %) ÷ 365"


def refund(on: str, cents: int, transaction: str = "T2", **changes: Any) -> dict[str, Any]:
    row = {
        "account_id": "A1", "customer_id": "C1", "transaction_id": transaction, "usual": False,
        "charged_day": number("2024-02-01"), "refund_id": f"R-{on}", "day": number(on), "cents": cents,
    }  # fmt: skip
    return row | changes


REFUNDED = harm(
    charge("A1", "T2", "2024-02-01", 20_000, refunded_cents=10_000, outstanding_cents=10_000),
    refunds=(refund("2024-05-11", 10_000), refund("2024-03-02", 10_000, "T9", usual=True)),
)


def test_what_was_refunded_late_bears_interest_until_that_day() -> None:
    found = {line.source: line for line in owed(REFUNDED, METHOD_USED, PAID_ON).lines if line.interest_cents}
    late = found.pop("refund R-2024-05-11 of transaction T2")
    # 100.00 for a hundred days at 3.65 % are 1.00; the part still outstanding bears interest for 165 days.
    assert (late.kind, late.refund_cents, late.interest_cents) == (Kind.LATE_REFUND, 0, 100)
    assert late.formula == "100.00 × (100 × 3.65 %) ÷ 365"
    assert {source: line.interest_cents for source, line in found.items()} == {"transaction T2": 165}


def test_a_method_may_leave_what_was_refunded_alone() -> None:
    method = METHOD_USED.model_copy(update={"refunded_parts": False})
    assert not [line for line in owed(REFUNDED, method, PAID_ON).lines if line.kind is Kind.LATE_REFUND]


def test_a_charge_paid_with_its_interest_bears_none_again_when_it_is_refunded_afterwards() -> None:
    paid_before = frozenset({"transaction T2"})
    assert not [
        line
        for line in owed(REFUNDED, METHOD_USED, PAID_ON, settled=paid_before).lines
        if line.kind in (Kind.FEE, Kind.LATE_REFUND)
    ]


def test_usual_charges_are_paid_where_the_method_says_so() -> None:
    method = METHOD_USED.model_copy(update={"usual_charges": True})
    assert {line.source for line in owed(HARM, method, PAID_ON).lines} - {
        line.source for line in lines().lines
    } == {"transaction T4"}


def test_harm_to_credit_is_a_line_of_its_own() -> None:
    entry = CreditHarm(
        reference="K-7", account_id="A1", customer_id="C1", reported_on=dt.date(2024, 1, 2),
        borrowed_on=dt.date(2024, 2, 1), principal=Decimal(100_000), months=360, rate_paid=Decimal("6.5"),
        rate_due=Decimal(6), basis="scores 640 and 700",
    )  # fmt: skip
    (line,) = (
        line for line in owed(HARM, METHOD_USED, PAID_ON, credit=[entry]).lines if line.kind is Kind.CREDIT
    )
    assert (line.refund_cents, line.source) == (1_170_630, "credit harm K-7")


def test_one_proposes_another_approves_and_it_is_paid(tmp_path: Path, store: Store) -> None:
    batch = proposed(tmp_path, store)
    assert (batch.state, batch.total_cents, batch.payments) == (State.PROPOSED, 19_715, 2)
    approve(store, PETER, batch.batch_id, NOTE, NOW, tmp_path)
    done = pay(store, OLGA, batch.batch_id, PAID_ON, "GL 4711", NOW, tmp_path)
    assert (done.state, done.approved_by, done.reference) == (State.PAID, "peter", "GL 4711")
    entries = paid(tmp_path, store)
    assert total_cents(entries) == 19_715
    assert [(e.payment.customer_id, e.payment.total_cents, e.payment.account_class) for e in entries] == [
        ("C1", 16_115, "confirmed"),
        ("C2", 3_600, "cannot rule out"),
    ]
    assert entries[1].payment.remark.startswith("the transactions' extract covers only part")
    assert verify(store.engine).ok


def test_nobody_approves_his_own_batch_nor_one_made_in_his_name(tmp_path: Path, store: Store) -> None:
    batch = proposed(tmp_path, store)
    with pytest.raises(NotAllowed, match="proposed"):
        approve(store, OLGA, batch.batch_id, NOTE, NOW, tmp_path)
    stand_in = User("sam", Role.OFFICER, on_behalf_of="olga")
    with pytest.raises(NotAllowed):
        approve(store, stand_in, batch.batch_id, NOTE, NOW, tmp_path)
    assert find(store, batch.batch_id).state is State.PROPOSED


@pytest.mark.parametrize(
    "user",
    [
        User("ann", Role.AUDITOR),
        User("adam", Role.ADMINISTRATOR),
        User("sue", Role.SUPERVISOR, branches=frozenset({"B1"})),
        User("rob", Role.OFFICER, rep_id="R1"),
    ],
)
def test_only_officers_who_sell_nothing_deal_with_payments(tmp_path: Path, store: Store, user: User) -> None:
    with pytest.raises(NotAllowed):
        proposed(tmp_path, store, user)
    batch = proposed(tmp_path, store)
    for act in (
        lambda: approve(store, user, batch.batch_id, NOTE, NOW, tmp_path),
        lambda: reject(store, user, batch.batch_id, NOTE, NOW),
        lambda: pay(store, user, batch.batch_id, PAID_ON, "x", NOW, tmp_path),
    ):
        with pytest.raises(NotAllowed):
            act()


@pytest.mark.parametrize("name", [PAYMENTS, LINES, METHOD])
def test_a_sum_changed_after_the_proposal_stops_everything(tmp_path: Path, store: Store, name: str) -> None:
    batch = proposed(tmp_path, store)
    file = tmp_path / FOLDER / batch.batch_id / name
    file.write_bytes(file.read_bytes().replace(b"1", b"7", 1))
    with pytest.raises(VerificationFailed, match="was changed"):
        approve(store, PETER, batch.batch_id, NOTE, NOW, tmp_path)


def test_a_paid_batch_that_was_changed_or_lost_is_not_passed_over(tmp_path: Path, store: Store) -> None:
    batch = proposed(tmp_path, store)
    approve(store, PETER, batch.batch_id, NOTE, NOW, tmp_path)
    pay(store, OLGA, batch.batch_id, PAID_ON, "GL 4711", NOW, tmp_path)
    for file in sorted((tmp_path / FOLDER / batch.batch_id).iterdir()):
        file.unlink()
    with pytest.raises(VerificationFailed, match="is gone"):
        paid(tmp_path, store)


def test_it_is_paid_on_the_day_its_interest_runs_to(tmp_path: Path, store: Store) -> None:
    batch = proposed(tmp_path, store)
    with pytest.raises(Conflict, match="proposed"):
        pay(store, OLGA, batch.batch_id, PAID_ON, "GL 4711", NOW, tmp_path)
    approve(store, PETER, batch.batch_id, NOTE, NOW, tmp_path)
    with pytest.raises(Unacceptable, match="interest until 2024-07-15"):
        pay(store, OLGA, batch.batch_id, PAID_ON + dt.timedelta(days=1), "GL 4711", NOW, tmp_path)
    with pytest.raises(Unacceptable, match="reference"):
        pay(store, OLGA, batch.batch_id, PAID_ON, " ", NOW, tmp_path)
    assert not paid(tmp_path, store)


def test_nothing_is_owed_twice_and_a_rejected_batch_is_owed_again(tmp_path: Path, store: Store) -> None:
    first = proposed(tmp_path, store)
    again = owed(HARM, METHOD_USED, PAID_ON, settled=settled(tmp_path, store))
    assert not again.lines
    with pytest.raises(Unacceptable, match="Nothing is owed"):
        proposed(tmp_path, store, found=again)
    reject(store, PETER, first.batch_id, NOTE, NOW)
    assert owed(HARM, METHOD_USED, PAID_ON, settled=settled(tmp_path, store)).lines == lines().lines
    with pytest.raises(Conflict):
        approve(store, PETER, first.batch_id, NOTE, NOW, tmp_path)


def test_a_paid_batch_is_not_rejected_any_more(tmp_path: Path, store: Store) -> None:
    batch = proposed(tmp_path, store)
    approve(store, PETER, batch.batch_id, NOTE, NOW, tmp_path)
    pay(store, OLGA, batch.batch_id, PAID_ON, "GL 4711", NOW, tmp_path)
    with pytest.raises(Conflict, match="is paid"):
        reject(store, PETER, batch.batch_id, NOTE, NOW)
    assert [found.state for found in listed(store)] == [State.PAID]


def test_an_unknown_batch_is_a_sentence(store: Store) -> None:
    with pytest.raises(NotFound, match="no batch P-99"):
        find(store, "P-99")


def test_the_lines_keep_formula_rates_and_rounding(tmp_path: Path, store: Store) -> None:
    folder = tmp_path / FOLDER / proposed(tmp_path, store).batch_id
    (line,) = (line for line in read_lines(folder / LINES) if line["source"] == "transaction T1")
    assert (line["refund"], line["interest"], line["total"]) == ("100.00", "1.00", "101.00")
    told = (folder / METHOD).read_text()
    assert '"percent": "3.65"' in told
    assert "half a cent up" in told


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["A1", "A2", "A3"]), st.integers(1, 10**7), st.integers(0, 900), st.booleans()
        ),
        max_size=30,
    )
)
def test_parts_always_add_up(drawn: list[tuple[str, int, int, bool]]) -> None:
    charges = [
        charge(account, f"T{place}", "2022-01-01", cents, day=number("2022-01-01") + days, usual=usual)
        for place, (account, cents, days, usual) in enumerate(drawn)
    ]
    found = owed(harm(*charges, accounts=("A1", "A2", "A3")), METHOD_USED, PAID_ON)
    payments = payments_of("P-1", found.lines, CLASSES, PAID_ON, "m")
    refunds = sum(cents for _, cents, _, usual in drawn if not usual)
    assert sum(payment.fees_cents for payment in payments) == refunds
    assert sum(payment.total_cents for payment in payments) == sum(line.total_cents for line in found.lines)
    for payment in payments:
        assert payment.total_cents == (
            payment.fees_cents + payment.knock_on_cents + payment.interest_cents
            + payment.credit_cents + payment.goodwill_cents
        )  # fmt: skip
