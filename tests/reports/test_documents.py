"""Reports beside the answers to letters: who was reviewed, which complaints to file, what ran, what management sees."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from pathlib import Path
from zipfile import ZipFile

import pandas as pd
import pytest

from surveil.alerts.model import Severity, SubjectType
from surveil.alerts.supervision import Method, ReviewOutcome
from surveil.alerts.suppression import Measured, Scope, Suppression, SuppressionState
from surveil.config import Settings, Workspace
from surveil.desk.raising import DETECTOR
from surveil.desk.supervision import Review
from surveil.desk.thresholds import ThresholdChange
from surveil.errors import UsageError
from surveil.reports import complaints_4530, names, period, rep_review, write
from surveil.reports.complaints_4530 import due_on, last_quarter, quarter_of
from surveil.reports.content import Bullets, Form
from surveil.reports.controls import Control, Controls, read_controls
from surveil.reports.desk_facts import DeskFacts
from surveil.reports.document import Document
from surveil.reports.exceptions import document as exceptions_document
from surveil.reports.exhibits import Exhibit
from surveil.reports.making import Options
from surveil.reports.run_history import Ran, RanDetector, changes
from surveil.reports.sources import Period, Sources
from tests.reports.sample import alert, confirmed, day, frame, sources
from tests.reports.tracing import exhibits, not_on_paper, untraced

OTHERS = ("complaints-4530", "detector-documentation", "exceptions", "lookback", "period", "rep-review")
AT = dt.datetime(2024, 7, 9, tzinfo=dt.UTC)
COMPLAINTS = (
    "complaint_id received_on_day source channel customer_id customer_name account_id opened_on_day rep_id rep_name "
    "crd_number registered branch_id product_code family problem_code category narrative status resolution settled_on_day "
    "amount_paid_cents"
)


def complaint(number: str, source: str | None, channel: str | None, **changes: object) -> tuple[object, ...]:
    row = dict.fromkeys(COMPLAINTS.split()) | {
        "complaint_id": number, "received_on_day": day("2024-05-02"), "source": source, "channel": channel,
        "customer_id": "C1", "customer_name": "Anna Secret", "account_id": "A1", "rep_id": "R001", "crd_number": "123",
        "registered": 1, "branch_id": "B1", "family": "mutual_fund", "problem_code": "21", "status": "open",
    }  # fmt: skip
    return tuple({**row, **changes}.values())


def exhibit(made: Document, number: str) -> Exhibit:
    return next(found for found in made.exhibits if found.number == number)


def quarter(*rows: tuple[object, ...]) -> Sources:
    base = sources(period=Period(dt.date(2024, 4, 1), dt.date(2024, 6, 30)))
    tables = {
        "review_complaints": frame(COMPLAINTS, *rows),
        "review_seats": frame(
            "rep_id branch_id supervisor_id branch_name state", ("R001", "B1", "M1", "Main", "CA")
        ),
    }
    return dataclasses.replace(base, tables=tables)


@pytest.mark.parametrize("name", OTHERS)
def test_a_report_is_written_twice_the_same_with_its_exhibits_in_csv_and_xlsx(
    workspace: Workspace, tmp_path: Path, name: str
) -> None:
    assert name in names(workspace)
    first = write(name, workspace, tmp_path / "a")
    second = write(name, workspace, tmp_path / "b")
    assert [file.read_bytes() for file in first] == [file.read_bytes() for file in second]
    lists = [file for file in first if file.parent.name == "exhibits"]
    book = ZipFile(tmp_path / "a" / f"{name}.xlsx")
    sheets = re.findall(r'<sheet name="([^"]+)"', book.read("xl/workbook.xml").decode())
    assert sorted(sheets) == sorted({file.name.partition("_")[0] for file in lists})
    traced(first, name)


def traced(files: list[Path], name: str) -> None:
    """Every figure is what its exhibit gives, and stands on paper."""
    contents = {file.name: file.read_bytes() for file in files}
    found = exhibits(contents)
    assert untraced(found) == []
    assert not_on_paper(contents[f"{name}.pdf"], found) == []


def test_an_option_a_report_does_not_take_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="takes no quarter"):
        write("exceptions", workspace, tmp_path, options=Options(quarter="2024Q2"))


@pytest.mark.parametrize(
    ("name", "first", "last", "due"),
    [
        ("2024Q2", "2024-04-01", "2024-06-30", "2024-07-15"),
        ("2023Q4", "2023-10-01", "2023-12-31", "2024-01-16"),  # the 15th is Martin Luther King's day
        ("2024q1", "2024-01-01", "2024-03-31", "2024-04-15"),
        ("2023-Q3", "2023-07-01", "2023-09-30", "2023-10-16"),  # the 15th is a Sunday
    ],
)
def test_a_quarter_is_due_on_the_fifteenth_or_the_next_business_day(
    name: str, first: str, last: str, due: str
) -> None:
    found = quarter_of(name)
    assert (str(found.first), str(found.last), str(due_on(found))) == (first, last, due)
    assert last_quarter(found.last) == found
    assert last_quarter(found.last + dt.timedelta(days=80)) == found


def test_only_written_complaints_of_customers_are_filed() -> None:
    made = complaints_4530.document(
        quarter(
            complaint("K1", "customer", "written"), complaint("K2", "customer", "oral"),
            complaint("K3", "whistleblower", "written"),
            complaint("K4", None, "electronic", family="deposit", account_id=None),
            complaint("K5", "customer", None), complaint("K6", "employee", "written"),
        ),
        "US",
    )  # fmt: skip
    filed = exhibit(made, "EX-01A")
    assert filed.column("complaint_id") == ["K1", "K4"]
    assert filed.column("product_code") == ["09", None]
    assert filed.column("lacks") == ["", "product code, account"]
    reasons = dict(
        zip(
            exhibit(made, "EX-04A").column("complaint_id"), exhibit(made, "EX-04A").column("why"), strict=True
        )
    )
    assert reasons == {
        "K2": "oral",
        "K5": "not known whether in writing",
        "K6": "from employee, not a customer",
    }
    assert ("Filing", "due") in made.facts


def test_a_quarter_without_complaints_is_not_filed_and_without_the_feed_it_is_not_known() -> None:
    assert ("Filing", "none due: no written complaint of a customer") in complaints_4530.document(
        quarter(), "US"
    ).facts
    absent = dataclasses.replace(quarter(), feeds=sources("complaints").feeds)
    made = complaints_4530.document(absent, "US")
    assert ("Filing", None) in made.facts


def test_a_complaint_of_forgery_is_an_event_of_its_own_with_its_own_deadline() -> None:
    made = complaints_4530.document(
        quarter(
            complaint("K1", "customer", "written", narrative="Somebody forged my signature."),
            complaint("K2", "customer", "written", category="fees"),
        ),
        "US",
    )
    events = exhibit(made, "EX-02A")
    assert [row[:3] for row in events.rows] == [("K1", "2024-05-02", "2024-06-01")]
    assert events.masked(lambda _: "*").column("narrative") == ["[withheld in a masked copy]"]


def reviewed(**changes: object) -> Sources:
    base = sources(
        alerts=(
            confirmed("A-1"), alert("A-2"), alert("A-4", status="closed", disposition="false_positive_explained",
            decided_on=dt.date(2024, 7, 1), decided_by="olga"), alert("A-5", rep_id="R002", subject_id="R002"),
        ),
        tables={
            **sources().tables,
            "review_openings": frame("rep_id accounts features", ("R001", 10, 2)),
            "review_sales": frame("rep_id n amount_cents", ("R001", 3, 1_000_00)),
            "review_reps": frame(
                "rep_id rep_name crd_number role registered hired_on_day terminated_on_day",
                ("R001", "Ieva Āboliņa", "1", "banker", 1, day("2020-01-01"), None),
                ("R002", "王小明", None, "teller", None, day("2021-01-01"), None),
            ),
            "review_registrations": frame("rep_id qualification jurisdiction", ("R001", "S6", "US")),
            "review_seats": frame("rep_id branch_id supervisor_id branch_name state", ("R001", "B1", "M1", "Main", "CA")),
            "review_complaints": frame(COMPLAINTS, complaint("K1", "customer", "written")),
        },
    )  # fmt: skip
    return dataclasses.replace(base, **changes)


RANKING = [
    {"rank": 1, "rep_id": "R001", "q_value": 0.01, "flagged": True, "drivers": "UA01 5 of 9"},
    {"rank": 2, "rep_id": "R002", "q_value": None, "flagged": False, "drivers": ""},
]


def test_confirmed_and_potential_are_never_in_one_list() -> None:
    made = rep_review.document(reviewed(), RANKING, ())
    lists = {n: set(exhibit(made, n).column("alert_id")) for n in ("EX-02A", "EX-03A", "EX-04A")}
    assert lists == {"EX-02A": {"A-1"}, "EX-03A": {"A-2", "A-5"}, "EX-04A": {"A-4"}}
    # Decided on 5 July, due on 2 July.
    assert exhibit(made, "EX-02A").column("in_time") == ["no"]
    # Undecided and due on 2 July: late by the desk's last event on 6 July.
    assert exhibit(made, "EX-03A").column("in_time") == ["no", "no"]
    waiting = reviewed(alerts=(alert("A-2", due_on=dt.date(2024, 7, 6)),))
    assert exhibit(rep_review.document(waiting, RANKING, ()), "EX-03A").column("in_time") == [""]


def test_how_a_rank_adds_up_is_a_line_of_its_own() -> None:
    told = "UA01 5 of 9; CS01 2 listed; evidence CS01 4.10 + UA01 3.00 = 7.10 points, score 0.70"
    made = rep_review.document(reviewed(), [{**RANKING[0], "drivers": told}, RANKING[1]], ("R001", "R002"))
    first, second = (
        dict(block.lines)
        for section in made.sections
        for block in section.blocks
        if isinstance(block, Form) and "What sets him apart" in dict(block.lines)
    )
    assert first["What sets him apart"] == "UA01 5 of 9; CS01 2 listed"
    assert first["How this adds up"] == "CS01 4.10 + UA01 3.00 = 7.10 points, score 0.70"
    assert second["What sets him apart"] == "nothing"
    assert "How this adds up" not in second


def test_a_representatives_page_says_in_words_what_was_seen_and_what_may_explain_it() -> None:
    explained = alert(
        "A-7", reason="No consent on record: 5 of 9.", explanations=("A scanner failed.", "Late papers.")
    )
    made = rep_review.document(
        reviewed(alerts=(explained, alert("A-8", "UA03", reason="Sent back."))), RANKING, ("R001",)
    )
    (page,) = (section for section in made.sections if section.title == "Representative R001")
    points = [block.points for block in page.blocks if isinstance(block, Bullets)]
    assert points == [
        ("UA01: No consent on record: 5 of 9.", "UA03: Sent back."),
        ("UA01: A scanner failed. Late papers.",),
    ]


def test_the_words_of_a_report_by_hand_are_withheld_in_a_masked_copy() -> None:
    reported = alert("A-9", detector=DETECTOR, reason="Ieva told her sister that she signs for them.")
    made = rep_review.document(reviewed(alerts=(reported,)), RANKING, ("R001",))
    listed = exhibit(made, "EX-03A")
    assert "Ieva" in str(listed.rows)
    assert "Ieva" not in str(listed.masked(lambda _: "*").rows)
    (page,) = (section for section in made.sections if section.title == "Representative R001")
    assert "Ieva" not in str(page.blocks)


def test_flagged_representatives_have_a_page_or_those_that_are_named() -> None:
    made = rep_review.document(reviewed(), RANKING, ())
    assert [s.title for s in made.sections if s.title.startswith("Representative")] == ["Representative R001"]
    named = rep_review.document(reviewed(), RANKING, ("R002",))
    assert [s.title for s in named.sections if s.title.startswith("Representative")] == [
        "Representative R002"
    ]
    with pytest.raises(UsageError, match="no representative R9"):
        rep_review.document(reviewed(), RANKING, ("R9",))


def test_what_is_not_known_of_a_representative_is_never_none() -> None:
    made = rep_review.document(
        reviewed(feeds=sources("complaints", "registrations").feeds), RANKING, ("R002",)
    )
    assert exhibit(made, "EX-01A").column("complaints") == [None, None]
    page = next(s for s in made.sections if s.title == "Representative R002")
    facts = dict(page.blocks[0].lines)  # type: ignore[union-attr]
    assert facts["Registrations in force"] is None
    assert facts["Complaints in the period"] is None
    assert facts["Actions in the period"] == "warning 2024-02-02"


def review(rep_id: str, quarter_end: str) -> Review:
    last = dt.date.fromisoformat(quarter_end)
    return Review(
        "SR-7", rep_id, "B1", dt.date(last.year, last.month - 2, 1), last, Method.FILES_READ, "All openings of May.",
        "Nothing out of "
        "order.", ReviewOutcome.NO_CONCERN, None, {}, None, "sue", "sam", dt.datetime(2024, 7, 9, tzinfo=dt.UTC),
    )  # fmt: skip


def test_signed_reviews_of_the_period_are_evidence_and_who_has_none_is_named() -> None:
    signed = [review("R001", "2024-06-30"), review("R002", "2022-12-31")]
    made = rep_review.document(reviewed(), RANKING, ("R001",), signed)
    assert exhibit(made, "EX-05A").column("rep_id") == ["R001"]
    assert exhibit(made, "EX-05A").column("signed") == ["sue for sam on 2024-07-09"]
    assert exhibit(made, "EX-05B").column("rep_id") == ["R002"]
    assert exhibit(made, "EX-05A").masked(lambda _: "*").column("findings") == ["[withheld in a masked copy]"]


def test_thresholds_asked_for_and_suppressions_are_listed_with_both_people() -> None:
    change = ThresholdChange(
        "T-1",
        "UA01",
        "grace_days",
        5,
        7,
        "Scanning takes a week here.",
        "3 alerts fewer",
        "approved",
        "olga",
        AT,
        "otto",
        AT,
        None,
    )
    held = Suppression(
        "S-1", "A-2", "UA01", Scope.SUBJECT, SubjectType.REP, "R001", "B1", Measured(Severity.LOW, 1.0, 1),
        "Known and checked.", dt.date(2024, 9, 1), SuppressionState.ACTIVE, "olga", None, AT, "otto", AT, None, 3, 1,
    )  # fmt: skip
    facts = DeskFacts(Workspace(Path(), Settings()), thresholds=(change,), suppressions=(held,))
    made = exceptions_document(sources(), Controls(), [], facts)
    assert exhibit(made, "EX-04B").rows[0][:7] == (
        "UA01", "grace_days", "5", "7", "approved", "olga on 2024-07-09", "otto on 2024-07-09",
    )  # fmt: skip
    assert exhibit(made, "EX-05A").rows[0][2:9:3] == ("subject: rep R001", "olga on 2024-07-09", 1)


def ran(number: int, recorded: str, **parameters: str) -> Ran:
    detectors = {"UA01": RanDetector("1", parameters, "run")}
    return Ran(f"R-{number}", dt.date.fromisoformat(recorded), recorded, "s", "0.1", "c", (), detectors)


def test_thresholds_changed_between_runs_are_listed() -> None:
    found = changes(
        [ran(1, "2024-05-01", days="5"), ran(2, "2024-06-01", days="7"), ran(3, "2024-07-01", days="7")]
    )
    assert [(c.run_id, c.what, c.before, c.after) for c in found] == [("R-2", "days", "5", "7")]


@pytest.mark.parametrize(("frequency", "late"), [("monthly", "no"), ("weekly", "yes"), ("", None)])
def test_a_report_that_did_not_run_as_often_as_it_should_is_late(frequency: str, late: str | None) -> None:
    controls = Controls.model_validate({"default": {"owner": "Surveillance", "frequency": frequency}})
    runs = [ran(1, "2024-06-03"), ran(2, "2024-07-01")]
    made = exceptions_document(sources(), controls, runs, DeskFacts(Workspace(Path(), Settings())))
    rows = exhibit(made, "EX-02B").rows
    assert rows[0][0::6] == ("UA01", late)
    # The other detector never ran: late wherever a frequency is set.
    assert rows[1][4] == "never"
    assert rows[1][6] == (None if late is None else "yes")


def test_a_detectors_own_entry_stands_over_the_default(tmp_path: Path) -> None:
    workspace = Workspace.init(tmp_path)
    assert read_controls(workspace) == Controls()
    (tmp_path / "controls.yml").write_text(
        "default: {owner: Desk, frequency: monthly}\ndetectors: {UA01: {owner: Audit}}\n", encoding="utf-8"
    )
    assert read_controls(workspace).of("UA01") == Control(owner="Audit", frequency="monthly")
    (tmp_path / "controls.yml").write_text("detectors: {XX01: {owner: Audit}}\n", encoding="utf-8")
    with pytest.raises(UsageError, match="no detector XX01"):
        read_controls(workspace)


def test_the_period_report_counts_items_by_the_day_they_happened() -> None:
    items = pd.DataFrame(
        {
            "alert_id": "A-1",
            "rep_id": ["R1", "R1", "R2"],
            "at": ["2024-02-03", "2024-05-09T10:00:00", "2024-05-10"],
        }
    )
    second = Period(dt.date(2024, 4, 1), dt.date(2024, 6, 30))
    made = period.document(reviewed(), second, items)
    months = {row[0]: row[3] for row in exhibit(made, "EX-02A").rows}
    assert list(months) == ["2024-01", "2024-02", "2024-03", "2024-04", "2024-05", "2024-06"]
    assert (months["2024-02"], months["2024-05"]) == (1, 2)
    assert exhibit(made, "EX-03A").rows == (("R2", 1, 0, 1), ("R1", 1, 1, 0))


def test_the_period_before_has_as_many_months() -> None:
    found = period.before(Period(dt.date(2024, 1, 1), dt.date(2024, 2, 29)))
    assert found == Period(dt.date(2023, 11, 1), dt.date(2023, 12, 31))


def test_a_period_of_broken_months_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    for first, last in (
        (dt.date(2024, 1, 2), dt.date(2024, 1, 31)),
        (dt.date(2024, 1, 1), dt.date(2024, 1, 30)),
    ):
        with pytest.raises(UsageError, match="whole months"):
            write("period", workspace, tmp_path, options=Options(first=first, last=last))
