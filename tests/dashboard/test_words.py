"""Numbers, days and labels as people read them, and the rows behind the charts."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.components import charts, words
from surveil import desk
from surveil.alerts.alert import Source, Status
from surveil.alerts.model import Driver, Family, Severity, SubjectType
from surveil.alerts.people import Role
from surveil.desk import Sort

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("labels", "vocabulary"),
    [
        (words.SEVERITY, Severity), (words.SEVERITY_SHAPE, Severity), (words.STATUS, Status), (words.FAMILY, Family),
        (words.SUBJECT, SubjectType), (words.SOURCE, Source), (words.ROLE, Role), (words.SORT, Sort),
    ],
)  # fmt: skip
def test_every_word_of_a_closed_vocabulary_has_a_label_of_its_own(
    labels: dict[str, str], vocabulary: type
) -> None:
    assert set(labels) == set(vocabulary)
    assert len(set(labels.values())) == len(labels)


@pytest.mark.parametrize(
    ("value", "said"),
    [(9.0, "9"), (1234567.0, "1,234,567"), (1.8, "1.80"), (34.94, "34.9"), (0.0004, "nearly 0"), (None, "not known"),
     (float("nan"), "not known"), (0.0, "0")],
)  # fmt: skip
def test_numbers(value: float | None, said: str) -> None:
    assert words.number(value) == said


@given(st.floats())
def test_any_number_can_be_said(value: float) -> None:
    assert words.number(value)


@pytest.mark.parametrize(
    ("value", "said"),
    [(2.1e-5, "1 in 47,619"), (0.3, "0.30"), (1e-40, "less than 1 in a trillion"), (None, "not tested")],
)
def test_chances(value: float | None, said: str) -> None:
    assert words.chance(value) == said


def test_a_range_of_next_to_nothing_is_called_so() -> None:
    assert words.span(4.9e-307, 1e-71) == "practically none"
    assert words.span(0.0, 5.0) == "0 to 5"
    assert words.span(0.001, 2.4) == "nearly 0 to 2.40"


def test_a_share_too_small_to_write_is_not_called_nothing() -> None:
    assert words.percent(1e-9) == "less than 0.01 %"
    assert (words.percent(0.0), words.percent(1.0), words.percent(0.004)) == ("0 %", "100 %", "0.40 %")
    assert words.percent(None) == "not known"


def test_details_are_told_with_money_days_and_shares() -> None:
    told = words.details(
        {"amount_cents": 2500, "opened_day": 20_500, "kept_ppm": 12_345, "chained": True, "x": None}
    )
    assert told == "Amount: 25.00 · Chained: yes · Kept: 1.23 % · Opened day: 2026-02-16 · X: not known"


def test_what_was_measured_on_an_item_is_told_in_words_and_not_in_codes() -> None:
    told = words.details(
        {
            "cents": 1400,
            "odd_address": 1,
            "outcome": "no_show",
            "phrase": "never|not ask*|sign* ...2 for",
            "used_share": 1 / 3,
        }
    )
    assert told.startswith("Amount: 14.00 · Odd address: yes · Outcome: no show · Phrase of the word list")
    assert "never/not ask*/sign* … for" in told
    assert told.endswith("Used share: 33.3 %")
    assert words.details({"requires": "SIE;S6|S7"}) == "The product requires (each): SIE, S6 or S7"
    assert words.details({"to_rep_id": "R_017", "lag": 3}) == (
        "Business days until it was opened: 3 · Referred to: R_017"
    )


def test_age_is_told_in_the_unit_that_fits() -> None:
    assert words.age(NOW - timedelta(minutes=5), NOW) == "just now"
    assert words.age(NOW - timedelta(hours=1), NOW) == "1 hour ago"
    assert words.age(NOW - timedelta(days=5), NOW) == "5 days ago"


def test_an_event_of_a_later_version_is_told_by_its_own_name() -> None:
    assert words.event("alert.taken") == "Taken up"
    assert words.event("alert.sent_on") == "alert: sent on"


def test_tests_are_not_added_up_log_likelihoods_are() -> None:
    tests = charts.waterfall_rows([Driver("a", 2.0, ""), Driver("b", 5.0, "")])
    assert [(row["name"], row["start"], row["end"]) for row in tests] == [("b", 0.0, 5.0), ("a", 0.0, 2.0)]
    likelihoods = charts.waterfall_rows(
        [Driver("a", 2.0, "", "log-likelihood"), Driver("b", 5.0, "", "log-likelihood"),
         Driver("c", -1.0, "", "log-likelihood")]
    )  # fmt: skip
    assert [(row["name"], row["start"], row["end"]) for row in likelihoods] == [
        ("b", 0.0, 5.0),
        ("a", 5.0, 7.0),
        ("c", 7.0, 6.0),
        ("All together", 0.0, 6.0),
    ]


def test_the_timeline_counts_items_by_day_and_leaves_out_what_has_none() -> None:
    rows = [
        {"at": "2026-02-01", "feed": "accounts"},
        {"at": "2026-02-01", "feed": "accounts"},
        {"at": "2026-01-05", "feed": "sales"},
        {"at": None, "feed": "sales"},
    ]
    assert charts.timeline_rows(rows) == [
        {"day": "2026-01-05", "feed": "sales", "items": 1},
        {"day": "2026-02-01", "feed": "accounts", "items": 2},
    ]


def test_money_is_not_taken_for_a_day() -> None:
    assert words.measured("opened_day", 20_500) == "2026-02-16"
    assert words.measured("day", 0) == date(1970, 1, 1).isoformat()
    assert words.measured("in_cents", -150) == "-1.50"


def test_everything_that_the_trail_records_is_told_in_words() -> None:
    kinds = "alert|case|run|user|view|threshold|review|quality"
    recorded = set()
    for file in sorted((Path(desk.__file__).parent).glob("*.py")):
        recorded |= set(re.findall(rf'"((?:{kinds})\.[a-z_]+)"', file.read_text("utf-8")))
    assert len(recorded) > 40
    assert not recorded - set(words.EVENT), "events without words"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("solicited", 0, "Solicited: no"),
        ("at_night", 1, "At night: yes"),
        ("opened_tod", 35_845, "Opened at: 09:57"),
        ("liquid_net_worth", 10_110_000, "Liquid net worth: 101,100.00"),
        ("held", 1, "Held: 1"),
    ],
)
def test_what_was_measured_is_said_as_people_say_it(name: str, value: int, said: str) -> None:
    assert words.details({name: value}) == said
