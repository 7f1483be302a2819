"""What the items say of a firm's data: the lists are exact, confirmed and potential stay apart, nobody is exposed."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from surveil.remediation.batches import Batch, State
from surveil.remediation.files import Payment
from surveil.remediation.ledger import Entry
from surveil.reports.content import Chart
from surveil.reports.exhibits import Exhibit
from surveil.reports.finra.items import BUILDERS
from surveil.reports.finra.items.base import Content
from surveil.reports.finra.letter import read_letter
from surveil.reports.sources import Sources
from tests.reports.sample import alert, confirmed, emptied, frame, sources, tables

ITEMS = {item.number: item for item in read_letter().items}


def content(number: str, given: Sources | None = None) -> Content:
    item = ITEMS[number]
    return BUILDERS[item.answer](item, given or sources())


def figures(found: Content) -> dict[str, object]:
    return {figure.label: figure.value for figure in found.figures}


def by_number(found: Content) -> dict[str, Exhibit]:
    return {exhibit.number: exhibit for exhibit in found.exhibits}


def test_volumes_are_counted_by_program_family_and_year() -> None:
    found = content("1")
    assert figures(found)["Accounts opened"] == 5120 + 2310 + 340 + 41
    assert figures(found)["Features added"] == 77
    rows = by_number(found)["EX-01A"].rows
    assert ("no campaign", "deposit", "account", "employee", "2023", 5120) in rows
    assert ("CMP1", "card", "account", "employee", "2024", 340) in rows


def test_campaigns_that_were_not_provided_are_not_counted_as_none() -> None:
    found = content("1", sources("campaigns"))
    assert "Campaigns in force" not in figures(found)
    assert "Not known: campaigns in force. The feed campaigns was not provided." in found.gaps


def test_payouts_count_each_employee_once_in_a_program_and_year() -> None:
    found = content("3")
    assert ("Quarterly bonus", "bonus", "banker", "2024", 2, 2, Decimal("2400.50")) in by_number(found)[
        "EX-03A"
    ].rows
    assert figures(found)["Of these: non-monetary benefits"] == 1
    assert [row[1] for row in by_number(found)["EX-03B"].rows] == ["R001", "R002"]


def test_goals_fall_into_bands_and_what_cannot_be_counted_is_not_known() -> None:
    found = content("4")
    bands = {(row[0], row[3]): row[4] for row in found.exhibits[0].rows}
    assert bands == {
        ("accounts_opened", "100 to 119 %"): 1,
        ("accounts_opened", "under 50 %"): 1,
        ("accounts_funded", "not known"): 1,
    }
    assert found.gaps


@pytest.mark.parametrize(
    ("reached", "band"),
    [(0, "under 50 %"), (999, "under 50 %"), (1000, "50 to 79 %"), (1999, "80 to 99 %"), (2000, "100 to 119 %"),
     (2399, "100 to 119 %"), (2400, "120 % or more")],
)  # fmt: skip
def test_bands_are_cut_exactly(reached: int, band: str) -> None:
    goal = frame(
        "quota_id scope subject_id role metric last_day month target reached",
        ("Q", "rep", "R", "banker", "accounts_opened", 19000, 24288, 2000, reached),
    )
    found = content("4", sources(tables={**tables(), "finra_goal_attainment": goal}))
    assert found.exhibits[0].rows[0][3] == band


def test_bands_stand_in_their_order_in_the_list_and_in_the_chart() -> None:
    goals = frame(
        "quota_id scope subject_id role metric last_day month target reached",
        *(
            (f"Q{n}", "rep", f"R{n}", "banker", "accounts_opened", 19000, 24288, 2000, reached)
            for n, reached in enumerate((2500, 2100, 0, 1000, 2600, 1900))
        ),
    )
    found = content("4", sources(tables={**tables(), "finra_goal_attainment": goals}))
    bands = ["under 50 %", "50 to 79 %", "80 to 99 %", "100 to 119 %", "120 % or more"]
    assert [row[3] for row in found.exhibits[0].rows] == bands
    chart = next(block for block in found.blocks if isinstance(block, Chart))
    assert chart.bars(found.exhibits[0]) == [*zip(bands, (1, 1, 1, 1, 2), strict=True), ("not known", 0)]


def test_a_metric_whose_feed_is_missing_is_not_a_missed_goal() -> None:
    goal = frame(
        "quota_id scope subject_id role metric last_day month target reached",
        ("Q", "rep", "R", "banker", "referrals", 19000, 24288, 2000, 0),
    )
    found = content("4", sources("referrals", tables={**tables(), "finra_goal_attainment": goal}))
    assert found.exhibits[0].rows[0][3] == "not known"


def test_disciplined_employees_are_split_and_the_unclassified_stand_apart() -> None:
    found = content("5")
    lists = by_number(found)
    assert [lists[number].column("action_id") for number in ("EX-05A", "EX-05B", "EX-05C")] == [
        ["D2"],
        ["D1"],
        ["D3"],
    ]
    assert found.found == 2
    assert "EX-05C" in found.gaps[0]


def test_a_late_form_u5_is_counted_and_a_warning_needs_none() -> None:
    lists = by_number(content("5"))
    assert lists["EX-05B"].column("u5_days") == [49]
    assert lists["EX-05A"].column("u5_filed_on") == ["not applicable"]
    assert figures(content("5"))["Under (a) and (b): Form U5 filed after more than 30 days"] == 1


def test_confirmed_and_potential_accounts_are_never_in_one_list() -> None:
    lists = by_number(content("6"))
    assert lists["EX-06A"].column("account_id") == ["A001", "A002"]
    assert lists["EX-06B"].column("account_id") == ["A003"]
    assert lists["EX-06A"].column("limb") == ["account opened", "feature added"]
    assert set(lists["EX-06A"].column("alert_ids")) == {"A-1"}


@pytest.mark.parametrize("disposition", [None, "cannot_rule_out", "escalated"])
def test_without_a_standing_confirmation_nothing_is_confirmed(disposition: str | None) -> None:
    given = sources(alerts=(alert("A-1", status="pending_approval", disposition=disposition),))
    lists = by_number(content("6", given))
    assert lists["EX-06A"].rows == ()
    assert lists["EX-06B"].column("account_id") == ["A001", "A002"]


@pytest.mark.parametrize("disposition", ["false_positive_explained", "useful_no_breach", "duplicate"])
def test_what_was_cleared_is_in_neither_list(disposition: str) -> None:
    given = sources(alerts=(alert("A-1", status="closed", disposition=disposition),))
    lists = by_number(content("6", given))
    assert lists["EX-06A"].rows == lists["EX-06B"].rows == ()


def test_a_confirmed_account_outside_the_period_is_not_listed() -> None:
    given = sources(tables=emptied("finra_accounts"))
    assert content("6", given).found == 0


def test_a_confirmed_alert_without_accounts_is_said_to_be_not_known() -> None:
    given = sources(alerts=(confirmed("A-9"),))
    assert (
        "Confirmed alerts that name no single account: A-9. Which they mean is not known."
        in content("6", given).gaps
    )


def test_the_relation_to_a_program_has_a_basis_and_may_be_not_known() -> None:
    exhibit = by_number(content("6"))["EX-06A"]
    related = zip(exhibit.column("related_to_cross_selling"), exhibit.column("basis"), strict=True)
    assert list(related) == [
        ("yes", "the opener had goal Q1 on that day"),
        ("yes", "counted to campaign CMP1"),
    ]
    unknown = by_number(content("6", sources("quotas")))["EX-06B"]
    assert unknown.column("related_to_cross_selling") == [None]
    assert unknown.column("basis") == ["not known: quotas not provided"]


def test_fees_are_not_known_without_transactions() -> None:
    found = content("6", sources("transactions"))
    assert figures(found)["Fees charged on them"] is None
    assert by_number(found)["EX-06A"].column("fees_charged") == [None, None]


def test_compensation_is_tied_to_confirmed_accounts_and_is_partial() -> None:
    found = content("7")
    assert found.exhibits[0].rows[0][-2:] == (Decimal("125.50"), "yes")
    assert found.gaps


def test_the_ledger_of_compensation_adds_up_in_item_7_to_the_cent() -> None:
    given = sources(payments=(ledger_entry("A001", 10_050), ledger_entry("A777", 1)))
    found = content("7", given)
    assert not found.gaps
    ledger = found.exhibits[1]
    assert ledger.column("total") == [Decimal("100.50"), Decimal("0.01")]
    assert ledger.column("confirmed_account") == ["yes", "no"]
    assert ledger.column("approved_by") == ["peter", "peter"]
    told = figures(found)
    assert told["Amount paid from the ledger"] == Decimal("100.51")
    assert told["Of this: on accounts confirmed in item 6"] == Decimal("100.50")
    assert found.exhibits[2].column("account_id") == ["A002"]


def ledger_entry(account: str, cents: int) -> Entry:
    paid_on = dt.date(2024, 7, 15)
    batch = Batch("P-1", State.PAID, paid_on, cents, 1, "run", "m-1", {}, "olga", None, "peter", "GL 1")
    payment = Payment("P-1-00001", account, "C001", "confirmed", cents, 0, 0, 0, 0, cents, paid_on, "m-1")
    return Entry(payment, batch)


def test_an_unknown_commission_makes_the_sum_a_lower_bound() -> None:
    found = content("8")
    assert figures(found)["Commissions"] == Decimal("1043.21")
    assert "lower bound" in found.gaps[0]


def test_a_failed_detector_is_said_in_the_controls() -> None:
    import dataclasses

    run = dataclasses.replace(sources().run, failed_detectors=("UA03",))
    assert content("9", sources(run=run)).gaps == ("The run is incomplete: UA03 failed.",)


def test_alert_statistics_add_up() -> None:
    rows = by_number(content("9"))["EX-09B"].rows
    for row in rows:
        assert row[1] == sum(row[2:])
    assert sum(row[1] for row in rows) == 3


def test_ageing_counts_from_first_seen_to_the_last_event_of_the_trail() -> None:
    exhibits = by_number(content("10"))
    assert exhibits["EX-10A"].rows == (("high", "0 to 7 days", 2, 2),)
    assert exhibits["EX-10B"].rows == (("high", 1, 5, 5),)


def test_complaints_list_has_no_whistleblower() -> None:
    exhibit = by_number(content("13"))["EX-13A"]
    assert exhibit.column("complaint_id") == ["K1", "K2"]


def test_a_whistleblower_cannot_be_told_from_the_exhibit() -> None:
    found = content("14")
    text = found.exhibits[0].csv().decode()
    for secret in ("Secretname", "Secretmanager", "C004", "A004", "R003", "K3", "2024-03-12"):
        assert secret not in text
    assert "W-0001,2024-03,whistleblower,oral,sales pressure,open" in text
