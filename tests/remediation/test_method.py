"""Interest to the day of payment: checked against sums done by hand and against a plain second computation."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveil import harm
from surveil.errors import UsageError
from surveil.remediation.credit import CreditHarm, instalment, read_register
from surveil.remediation.method import Method, Rate, interest, read_method

START = dt.date(2020, 1, 1)


def method(*rates: tuple[int, str], compounding: str = "none", year_days: int = 365) -> Method:
    """A method with rates from so many days after START on."""
    listed = [
        {"first": START + dt.timedelta(days=days), "percent": percent, "source": "policy"}
        for days, percent in rates or ((0, "3.65"),)
    ]
    return Method.model_validate(
        {
            "id": "m",
            "authority": "the board",
            "rates": listed,
            "compounding": compounding,
            "year_days": year_days,
        }
    )


def day(number: int) -> dt.date:
    return START + dt.timedelta(days=number)


def test_simple_interest_by_hand() -> None:
    # 100.00 at 3.65 % for 100 days of a year of 365: one dollar.
    found = interest(method(), 10_000, START, day(100))
    assert (found.cents, found.formula) == (100, "100.00 × (100 × 3.65 %) ÷ 365")


def test_a_rate_that_changes_counts_each_day_at_its_own() -> None:
    # 1,000.00: 10 days at 3.65 % (1.00) and 20 days at 7.30 % (4.00); the day of the change has the new rate.
    found = interest(method((0, "3.65"), (10, "7.30")), 100_000, START, day(30))
    assert (found.cents, found.formula) == (500, "1000.00 × (10 × 3.65 % + 20 × 7.30 %) ÷ 365")


def test_daily_compounding_by_hand() -> None:
    # 1,000,000.00 at 3.65 %: 100.00 after a day, and 0.01 more on the second.
    found = interest(method(compounding="daily"), 100_000_000, START, day(2))
    assert (found.cents, found.formula) == (20_001, "1000000.00 × ((1 + 3.65 % ÷ 365)^2 − 1)")


def test_half_a_cent_is_rounded_up() -> None:
    # 50.00 at 3.65 % for a day is exactly half a cent.
    assert interest(method(), 5_000, START, day(1)).cents == 1
    assert interest(method(), 4_999, START, day(1)).cents == 0


def test_no_days_bear_no_interest_even_before_the_first_rate() -> None:
    assert interest(method(), 10_000, day(-5), day(-5)).cents == 0


def test_a_day_without_a_rate_is_told_and_not_guessed() -> None:
    with pytest.raises(UsageError, match="Add the rate before it"):
        interest(method(), 10_000, day(-1), day(5))
    with pytest.raises(UsageError, match="back to"):
        interest(method(), 10_000, day(5), day(4))


@given(
    cents=st.integers(0, 10**9),
    days=st.integers(0, 5_000),
    changes=st.lists(
        st.tuples(st.integers(1, 4_000), st.integers(0, 200_000)), unique_by=lambda c: c[0], max_size=4
    ),
)
def test_simple_interest_is_the_sum_of_its_days(
    cents: int, days: int, changes: list[tuple[int, int]]
) -> None:
    rates = [(0, 30_000), *sorted(changes)]
    found = interest(
        method(*((first, str(Decimal(ppm) / 10_000)) for first, ppm in rates)), cents, START, day(days)
    )
    exact = Fraction(0)
    for place, (first, ppm) in enumerate(rates):
        until = rates[place + 1][0] if place + 1 < len(rates) else days
        exact += Fraction(max(0, min(days, until) - first) * ppm, 1_000_000 * 365) * cents
    assert found.cents == int(exact + Fraction(1, 2))


@given(cents=st.integers(0, 10**9), days=st.integers(0, 4_000), ppm=st.integers(0, 200_000))
def test_at_one_rate_it_agrees_with_the_measure_of_harm(cents: int, days: int, ppm: int) -> None:
    found = interest(method((0, str(Decimal(ppm) / 10_000))), cents, START, day(days))
    assert found.cents == harm.interest_on(cents * days, ppm)


@given(cents=st.integers(1, 10**9), days=st.integers(0, 3_000))
def test_compounding_never_gives_less(cents: int, days: int) -> None:
    assert (
        interest(method(compounding="daily"), cents, START, day(days)).cents
        >= interest(method(), cents, START, day(days)).cents
    )


def test_a_wrong_method_is_refused_by_name(tmp_path: Path) -> None:
    file = tmp_path / "remediation/method.yml"
    with pytest.raises(UsageError, match="says which rates"):
        read_method(tmp_path)
    file.parent.mkdir()
    file.write_text("id: m\nauthority: the board\nrates:\n- {first: 2020-01-01, percent: -1, source: x}\n")
    with pytest.raises(UsageError, match=r"rates\.0\.percent"):
        read_method(tmp_path)
    file.write_text("id: m\nauthority: the board\nrates: []\n")
    with pytest.raises(UsageError, match="rates"):
        read_method(tmp_path)
    file.write_text("id: [\n")
    with pytest.raises(UsageError, match="YAML"):
        read_method(tmp_path)


def test_rates_out_of_order_are_refused() -> None:
    late = Rate(first=day(1), percent=Decimal(1), source="x")
    with pytest.raises(ValueError, match="each day once"):
        Method(id="m", authority="x", rates=(late, late))


def test_an_instalment_by_the_textbook() -> None:
    # A loan of 100,000 over 360 months at 6 %: 599.55 a month.
    assert round(instalment(Decimal(100_000), Decimal(6), 360), 2) == Decimal("599.55")
    assert instalment(Decimal(1_200), Decimal(0), 12) == 100


def test_a_worse_rate_costs_the_difference_over_the_term() -> None:
    entry = CreditHarm(
        reference="C-1", account_id="A1", customer_id="C1", reported_on=START, borrowed_on=START,
        principal=Decimal(100_000), months=360, rate_paid=Decimal("6.5"), rate_due=Decimal(6), basis="score 640 to 700",
    )  # fmt: skip
    cents, formula = entry.cost()
    assert cents == 1_170_630
    assert "at 6.5 %" in formula
    assert "score 640 to 700" in formula


def test_a_register_with_half_a_loan_or_a_finding_twice_is_refused(tmp_path: Path) -> None:
    entry = "- {reference: C-1, account_id: A1, customer_id: C1, reported_on: 2020-01-01%s}\n"
    file = tmp_path / "remediation/credit.yml"
    file.parent.mkdir()
    file.write_text(entry % "" * 2)
    with pytest.raises(UsageError, match="there twice"):
        read_register(tmp_path)
    file.write_text(entry % ", principal: 100")
    with pytest.raises(UsageError, match="a loan needs"):
        read_register(tmp_path)
    file.write_text(entry % "")
    assert read_register(tmp_path)[0].cost() == (0, "no loan at a worse rate is known")
