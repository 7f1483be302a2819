"""The letter on unit trusts: the rule of 100 days to the day, the ranks, and what is not known."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveil.reports.exhibits import Exhibit
from surveil.reports.finra.build import build
from surveil.reports.finra.compose import compose
from surveil.reports.finra.firm_file import FirmFile
from surveil.reports.finra.items.uit import Seller, highest, is_early
from surveil.reports.finra.letter import find_letter
from surveil.reports.finra.response import Answer, State
from surveil.reports.sources import Sources
from tests.reports.sample import day, frame, sources
from tests.reports.tracing import exhibits, not_on_paper, untraced

LETTER = find_letter("finra-uit-rollover")
END = day("2024-06-30")
SALES = (
    "sale_id rep_id rep_name crd_number customer_id account_id product_code sold_on_day amount_cents commission_cents "
    "replaces_sale_id replaces_uit replaced_unknown replaced_product replaced_bought_day end_day"
)


def sale(
    number: str, rep: str, sold_on: int, end: int | None, commission: int | None = 10_000, **changes: Any
) -> tuple[Any, ...]:
    row = {
        "sale_id": number, "rep_id": rep, "rep_name": f"Name of {rep}", "crd_number": None, "customer_id": "C001",
        "account_id": "A001", "product_code": "UIT2", "sold_on_day": sold_on, "amount_cents": 1_000_000,
        "commission_cents": commission, "replaces_sale_id": f"{number}-old", "replaces_uit": 1, "replaced_unknown": 0,
        "replaced_product": "UIT1", "replaced_bought_day": sold_on - 200, "end_day": end, **changes,
    }  # fmt: skip
    return tuple(row[name] for name in SALES.split())


def given_sales(*rows: tuple[Any, ...]) -> Sources:
    base = sources()
    tables = {
        **base.tables,
        "uit_sales": frame(SALES, *rows),
        "uit_given_up": frame("sale_id rep_id product_code family sold_on_day end_day replaced_product"),
        "review_seats": frame(
            "rep_id branch_id supervisor_id branch_name state", ("R1", "B01", "M01", "Main", "CA")
        ),
        "uit_blotter": frame(
            "rep_id sale_id sold_on_day customer_id account_id product_code family amount_cents commission_cents solicited "
            "recommended replaces_sale_id matures_on_day reversed_on_day",
            *(
                (row[1], row[0], row[7], "C001", "A001", "UIT2", "uit", 1, 1, 1, 1, row[10], None, None)
                for row in rows
            ),
        ),
        "uit_accounts": frame(
            "rep_id account_id customer_id customer_name product_code opened_on_day status closed_on_day",
            *(
                (rep, "A001", "C001", "Anna", "CHK", 19_000, "open", None)
                for rep in sorted({row[1] for row in rows})
            ),
        ),
    }
    return dataclasses.replace(base, tables=tables)


def answers(given: Sources) -> dict[str, Answer]:
    return {item.number: answer for item, answer in compose(LETTER, given, FirmFile(), Path()).answers}


def listed(answer: Answer, number: str) -> Exhibit:
    return next(exhibit for exhibit in answer.exhibits if exhibit.number == number)


def test_the_letter_is_as_published() -> None:
    assert [item.number for item in LETTER.items] == ["1", "2", "3", "4"]
    assert LETTER.period is not None
    assert (str(LETTER.period.first), str(LETTER.period.last)) == ("2014-01-01", "2016-06-30")
    assert str(LETTER.due) == "2016-10-10"
    assert {item.verification for item in LETTER.items} == {"letter"}


@pytest.mark.parametrize(
    ("days_left", "early"), [(101, True), (100, True), (99, False), (0, False), (-5, False)]
)
def test_a_hundred_days_before_the_end_is_early_and_a_day_later_is_not(days_left: int, early: bool) -> None:
    assert is_early(END - days_left, END) is early
    assert is_early(END, None) is None


def test_early_rollovers_are_counted_paid_and_located() -> None:
    given = given_sales(
        sale("S1", "R1", END - 100, END), sale("S2", "R1", END - 99, END), sale("S3", "R2", END - 150, END, 70_000),
        sale("S4", "R1", END, None), sale("S5", "R1", END, END, replaces_uit=0, replaces_sale_id=None),
    )  # fmt: skip
    answer = answers(given)["3"]
    by_revenue, by_number = listed(answer, "EX-03A"), listed(answer, "EX-03B")
    assert [row[:2] for row in by_revenue.rows] == [(1, "R2"), (2, "R1")]
    assert [row[:2] for row in by_number.rows] == [(1, "R1"), (1, "R2")]
    first = dict(zip([field.name for field in by_number.fields], by_number.rows[0], strict=True))
    assert (str(first["early_revenue"]), str(first["total_revenue"])) == ("100.00", "400.00")
    assert (first["early_rollovers"], first["rollovers"], first["location"]) == (1, 3, "B01, Main, CA")
    assert listed(answer, "EX-03C").column("early") == ["yes", "no", "yes", None]
    assert answer.state is State.ANSWERED_PARTIAL
    assert any("1 rollovers the end of the trust is not on record" in reason for reason in answer.reasons)


def test_every_figure_is_exactly_what_its_exhibit_gives_and_stands_on_paper() -> None:
    given = given_sales(sale("S1", "R1", END - 100, END), sale("S2", "R2", END - 99, END, 70_000))
    files = build(LETTER, given, FirmFile(), Path(), mask_name=None, code_version="0.1.0").files
    lists = exhibits(files)
    assert {row["item"] for row in lists["EX-00A"]} == {"2", "3", "4"}
    assert untraced(lists) == []
    assert not_on_paper(files["finra-uit-rollover.pdf"], lists) == []


def test_no_early_rollover_is_affirmed_and_nobody_is_ranked() -> None:
    found = answers(given_sales(sale("S1", "R1", END, END)))
    assert listed(found["3"], "EX-03A").rows == ()
    assert listed(found["4"], "EX-04A").rows == ()


def test_blotter_and_accounts_are_those_of_the_first_ten_of_each_list() -> None:
    rows = [sale(f"S{n:02d}", f"R{n:02d}", END - 120, END, 1_000 * n) for n in range(1, 13)]
    answer = answers(given_sales(*rows))["4"]
    # Twelve are equal in number, so the list by number has them all at rank one.
    assert len(set(listed(answer, "EX-04A").column("rep_id"))) == 12
    assert len(listed(answer, "EX-04B").rows) == 12


def test_without_the_column_that_names_what_a_sale_replaces_nothing_is_known() -> None:
    given = given_sales(sale("S1", "R1", END, END))
    feeds = dict(given.feeds)
    feeds["sales"] = dataclasses.replace(
        feeds["sales"], columns=feeds["sales"].columns - {"replaces_sale_id"}
    )
    answer = answers(dataclasses.replace(given, feeds=feeds))["3"]
    assert "Not known: the feed sales has no column replaces_sale_id." in answer.reasons


@given(st.lists(st.integers(0, 6), max_size=60), st.integers(1, 25))
def test_ranks_are_fair_whatever_the_numbers(counts: list[int], places: int) -> None:
    everyone = [Seller(f"R{n:03d}", None, None, 0, 0, count, count) for n, count in enumerate(counts)]
    ranked = highest(everyone, lambda seller: seller.early, places)
    assert all(seller.early > 0 for _, seller in ranked)
    assert len(ranked) >= min(places, sum(count > 0 for count in counts))
    for rank, seller in ranked:
        assert rank == 1 + sum(other.early > seller.early for other in everyone) <= places
    kept = {seller.rep_id for _, seller in ranked}
    lowest = min((seller.early for _, seller in ranked), default=0)
    assert all(seller.rep_id in kept for seller in everyone if seller.early >= max(lowest, 1))


def test_only_the_detectors_named_are_in_the_catalogue_of_item_two() -> None:
    base = given_sales(sale("S1", "R1", END, END))
    catalogue = listed(answers(base)["2"], "EX-02A")
    assert catalogue.rows == ()
    assert isinstance(base.tables["uit_sales"], pd.DataFrame)
