"""A small firm's sources for reports, as the engine and the desk would give them."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pandas as pd

from surveil.feeds.contract import FEEDS
from surveil.reports.sources import (
    AlertFacts,
    CoverageFacts,
    DetectorFacts,
    FeedFacts,
    FileFacts,
    FirmFacts,
    Period,
    RunFacts,
    Sources,
    TrailFacts,
)

PERIOD = Period(dt.date(2023, 1, 1), dt.date(2024, 6, 30))
JANUARY = 2024 * 12


def day(text: str) -> int:
    return (dt.date.fromisoformat(text) - dt.date(1970, 1, 1)).days


def frame(columns: str, *rows: tuple[Any, ...]) -> pd.DataFrame:
    names = columns.split()
    data = {name: [row[place] for row in rows] for place, name in enumerate(names)}
    typed = {}
    for name, values in data.items():
        numeric = all(value is None or isinstance(value, int) for value in values)
        is_text = not numeric or all(value is None for value in values)
        typed[name] = pd.array(values, dtype="string" if is_text else "Int64")
    return pd.DataFrame(typed)


def tables() -> dict[str, pd.DataFrame]:
    return {
        "finra_openings": frame(
            "campaign_id family is_feature by_employee month n",
            ("", "deposit", 0, 1, JANUARY - 12, 5120),
            ("", "deposit", 0, 1, JANUARY, 2310),
            ("CMP1", "card", 0, 1, JANUARY, 340),
            ("", "feature", 1, 1, JANUARY, 77),
            ("", "deposit", 0, 0, JANUARY, 41),
        ),
        "finra_campaigns": frame(
            "campaign_id name family region branch_id starts_on_day ends_on_day",
            ("CMP1", "Spring cards", "card", None, None, day("2024-03-01"), day("2024-04-30")),
        ),
        "finra_sales": frame(
            "family product_code product_name month n amount_cents commission_cents n_commission_unknown n_reversed",
            ("mutual_fund", "MF1", "Growth Fund", JANUARY, 12, 1234567, 4321, 0, 1),
            ("annuity", "AN1", "Annuity", JANUARY + 1, 3, 9000000, 100000, 2, 0),
        ),
        "finra_referrals": frame(
            "family outcome month n fee_cents", ("card", "converted", JANUARY, 9, 22500), ("card", "", JANUARY, 4, 0)
        ),
        "finra_payouts": frame(
            "program kind rep_id role month n amount_cents",
            ("Quarterly bonus", "bonus", "R001", "banker", JANUARY, 1, 150000),
            ("Quarterly bonus", "bonus", "R002", "banker", JANUARY, 1, 90050),
            ("Trip to Riga", "non_monetary", "R001", "banker", JANUARY + 2, 1, 80000),
        ),
        "finra_goal_attainment": frame(
            "quota_id scope subject_id role metric last_day month target reached",
            ("Q1", "rep", "R001", "banker", "accounts_opened", day("2024-01-31"), JANUARY, 2000, 2100),
            ("Q2", "rep", "R002", "banker", "accounts_opened", day("2024-01-31"), JANUARY, 2000, 900),
            ("Q3", "rep", "R002", "banker", "accounts_funded", day("2024-01-31"), JANUARY, 2000, 0),
        ),
        "finra_discipline": frame(
            "action_id rep_id rep_name crd_number registered role branch_id supervisor_id action action_on_day "
            "reason_code reason u5_filed_on_day",
            ("D1", "R001", "Ieva Āboliņa-Ķēniņa", "1234567", 1, "banker", "B01", "M01", "termination",
             day("2024-05-02"), "cross_selling", "Opened cards nobody asked for", day("2024-06-20")),
            ("D2", "R002", "Kőrösi Őze Űrmös", None, 0, "banker", "B01", "M01", "warning",
             day("2024-02-02"), "goal_missed", "Two quarters under goal", None),
            ("D3", "R003", "王小明", None, None, "teller", "B02", None, "warning",
             day("2024-02-03"), None, "See file", None),
        ),
        "finra_accounts": accounts(),
        "finra_complaints": complaints(),
    }  # fmt: skip


def accounts() -> pd.DataFrame:
    return frame(
        "account_id customer_id customer_name parent_account_id product_code product_name family opened_at_day channel "
        "branch_id rep_id rep_name crd_number registered supervisor_id campaign_id quota_id credit_pulled_at_day status "
        "closed_on_day closed_by fee_cents refund_cents",
        ("A001", "C001", "Мария Иванова", None, "CHK", "Checking", "deposit", day("2024-01-10"), "branch", "B01", "R001",
         "Ieva Āboliņa-Ķēniņa", "1234567", 1, "M01", None, "Q1", None, "closed", day("2024-04-01"), "customer", 3500, 3500),
        ("A002", "C002", "محمد بن سلمان", "A001", "DBT", "Debit card", "feature", day("2024-01-11"), "branch", "B01",
         "R001", "Ieva Āboliņa-Ķēniņa", "1234567", 1, "M01", "CMP1", None, None, "open", None, None, 0, 0),
        ("A003", "C003", "Jan van der IJsselmuiden", None, "CRD", "Card", "card", day("2024-02-01"), "phone", "B01", "R002",
         "Kőrösi Őze Űrmös", None, 0, "M01", None, None, day("2024-02-01"), "open", None, None, 1200, 0),
        ("A004", "C001", "Мария Иванова", None, "SAV", "Savings", "deposit", day("2024-02-05"), "branch", "B02", "R003",
         "王小明", None, None, None, None, None, None, "open", None, None, 0, 0),
    )  # fmt: skip


def complaints() -> pd.DataFrame:
    return frame(
        "complaint_id received_on_day source channel customer_id customer_name account_id rep_id product_code problem_code "
        "category narrative status resolution settled_on_day amount_paid_cents",
        ("K1", day("2024-03-01"), "customer", "written", "C001", "Мария Иванова", "A001", "R001", "CHK", "29",
         "unauthorized account", "I never opened this.", "resolved", "Closed and refunded", day("2024-04-02"), 12550),
        ("K2", day("2024-03-09"), "customer", "oral", "C003", "Jan van der IJsselmuiden", None, "R002", "CRD", None,
         "service", "Long queue", "open", None, None, None),
        ("K3", day("2024-03-12"), "whistleblower", "oral", "C004", "Tattle Tale-Secretname", "A004", "R003", None, None,
         "sales pressure", "My manager Secretmanager makes us", "open", None, None, None),
    )  # fmt: skip


def feeds(*absent: str) -> dict[str, FeedFacts]:
    found = {}
    for number, (name, feed) in enumerate(FEEDS.items(), 1):
        if name in absent:
            found[name] = FeedFacts(name, present=False)
            continue
        file = FileFacts(f"{name}.csv", f"{number:064x}", 100 + number, 1)
        columns = frozenset(column.name for column in feed.columns)
        found[name] = FeedFacts(name, True, 100 + number, columns, (file,), (PERIOD,), declared=True)
    return found


def alert(alert_id: str, detector: str = "UA01", **changes: Any) -> AlertFacts:
    base = AlertFacts(
        alert_id=alert_id,
        detector=detector,
        family="unauthorized",
        severity="high",
        status="open",
        subject_type="rep",
        subject_id="R001",
        rep_id="R001",
        reason="…",
        item_count=2,
        first_seen=dt.date(2024, 6, 30),
        due_on=dt.date(2024, 7, 2),
    )
    return dataclasses.replace(base, **changes)


def confirmed(alert_id: str) -> AlertFacts:
    return alert(
        alert_id,
        status="closed",
        disposition="confirmed_unauthorized",
        decided_on=dt.date(2024, 7, 5),
        decided_by="olga",
    )


def sources(*absent: str, **changes: Any) -> Sources:
    run = RunFacts(
        "20240630-abcdef12",
        PERIOD.last,
        PERIOD,
        "0.1.0",
        "c0ffee",
        "000001-feedbeef",
        searched_on="2024-07-01",
    )
    base = Sources(
        firm=FirmFacts("Example Bank", "0042", "R. Roe, Chief Compliance Officer"),
        run=run,
        period=PERIOD,
        feeds=feeds(*absent),
        detectors=(
            DetectorFacts("UA01", "consent_missing", "1", "unauthorized", "high",
                          "Openings with no consent on record.", ("grace_days 5 days",)),
            DetectorFacts("UN01", "never_used", "1", "unused", "medium", "Accounts never used."),
        ),
        coverage=(
            CoverageFacts("UA01", "run", 7000, 120, "openings before the consents extract begins"),
            CoverageFacts("UN01", "run", 6000, 0, ""),
        ),
        alerts=(confirmed("A-1"), alert("A-2"), alert("A-3", "UN01", family="unused")),
        trail=TrailFacts(12, "ab" * 32, "2024-07-06T10:00:00.000000Z"),
        tables=tables(),
        findings=frame(
            "alert_id detector feed key account_id",
            ("A-1", "UA01", "accounts", "A001", "A001"),
            ("A-1", "UA01", "accounts", "A002", "A002"),
            ("A-2", "UA01", "accounts", "A002", "A002"),
            ("A-2", "UA01", "accounts", "A003", "A003"),
            ("A-3", "UN01", "accounts", "A004", "A004"),
        ),
    )  # fmt: skip
    return dataclasses.replace(base, **changes)


def emptied(*names: str) -> dict[str, pd.DataFrame]:
    return {name: table.iloc[:0] if name in names else table for name, table in tables().items()}
