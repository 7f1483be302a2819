"""From a workspace to the files: the models on real feeds, who may reveal, the trail, the same bytes twice."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pytest

from surveil import desk
from surveil.alerts.errors import NotAllowed
from surveil.alerts.people import SYSTEM
from surveil.config import Workspace
from surveil.engine.lint import problems
from surveil.engine.models import parse_file
from surveil.errors import UsageError
from surveil.reports import names, write
from surveil.reports.finra.answer import wanted
from surveil.reports.finra.letter import read_letter
from surveil.reports.gather import Wanted, gather
from surveil.reports.sources import Period, Sources
from surveil.store.audit import history

MODELS = Path(__file__).parents[2] / "surveil/reports"
PERIOD = Period(dt.date(2024, 1, 1), dt.date(2024, 6, 30))


@pytest.fixture(scope="module")
def gathered(workspace: Workspace) -> Sources:
    store = desk.open_desk(workspace)
    try:
        return gather(workspace, store, None, PERIOD, wanted(read_letter()))
    finally:
        store.close()


def listed(files: list[Path], start: str) -> list[dict[str, str]]:
    file = next(file for file in files if file.name.startswith(start))
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize("file", sorted(MODELS.rglob("*.sql")), ids=lambda file: file.name)
def test_the_models_are_portable(file: Path) -> None:
    assert [problem for model in parse_file(file) for problem in problems(model)] == []


def table(gathered: Sources, name: str, *columns: str) -> list[tuple[object, ...]]:
    frame = gathered.tables[name]
    plain = frame[list(columns)].astype(object).where(frame[list(columns)].notna(), None)
    return [tuple(row) for row in plain.itertuples(index=False)]


def test_openings_of_the_period_are_counted(gathered: Sources) -> None:
    assert table(gathered, "finra_openings", "campaign_id", "family", "is_feature", "by_employee", "n") == [
        ("", "deposit", 0, 0, 1),
        ("", "deposit", 0, 1, 1),
        ("", "feature", 1, 1, 1),
        ("K1", "card", 0, 1, 1),
    ]
    assert table(gathered, "finra_campaigns", "campaign_id") == [("K1",)]


def test_goals_are_measured_for_everyone_they_were_set_for(gathered: Sources) -> None:
    columns = ("quota_id", "scope", "subject_id", "target", "reached")
    assert sorted(table(gathered, "finra_goal_attainment", *columns)) == [
        ("Q1", "rep", "R1", 200, 100),
        ("Q2", "role", "R1", 100, 0),
        ("Q2", "role", "R2", 100, 100),
        ("Q3", "branch", "B1", 200, 200),
        ("Q4", "rep", "R2", 100050, 100049),
    ]


def test_payouts_and_sales_add_up_in_cents(gathered: Sources) -> None:
    assert sum(row[0] for row in table(gathered, "finra_payouts", "amount_cents")) == 85010
    assert table(gathered, "finra_sales", "n", "amount_cents", "n_commission_unknown", "n_reversed") == [
        (1, 100049, 0, 1)
    ]


def test_a_disciplined_employee_has_the_seat_of_that_day(gathered: Sources) -> None:
    assert table(gathered, "finra_discipline", "action_id", "branch_id", "supervisor_id", "registered") == [
        ("D1", "B1", "M1", 1)
    ]


def test_only_the_accounts_behind_alerts_are_fetched_with_their_fees(gathered: Sources) -> None:
    columns = ("account_id", "customer_name", "supervisor_id", "quota_id", "fee_cents", "refund_cents")
    assert table(gathered, "finra_accounts", *columns) == [("A1", "Мария Иванова", "M1", "Q1", 1200, 500)]


def test_feeds_are_described_with_files_and_what_is_absent(gathered: Sources) -> None:
    assert gathered.absent("consents", "reps") == ["consents"]
    (file,) = gathered.feeds["accounts"].files
    assert (file.name, file.rows, file.load_number, len(file.sha256)) == ("accounts.csv", 5, 1, 64)
    assert not gathered.feeds["accounts"].declared


def test_a_decision_that_stands_is_confirmed_and_names_both_people(gathered: Sources) -> None:
    (alert,) = [alert for alert in gathered.alerts if alert.detector == "UA01"]
    assert (alert.disposition, alert.decided_by) == ("confirmed_unauthorized", "olga, approved by otto")


def test_the_response_is_written_twice_the_same(workspace: Workspace, tmp_path: Path) -> None:
    first = write("finra-cross-selling", workspace, tmp_path / "a")
    second = write("finra-cross-selling", workspace, tmp_path / "b")
    assert [file.read_bytes() for file in first] == [file.read_bytes() for file in second]
    assert [row["account_id"] for row in listed(first, "EX-06A")] == ["A1"]
    assert listed(first, "EX-06A")[0]["customer_name"] == "М. И."
    assert [row["rep_name"] for row in listed(first, "EX-05B")] == ["I. Ā."]


def test_a_revealed_copy_is_in_the_trail_and_changes_no_byte_of_the_next(
    workspace: Workspace, tmp_path: Path
) -> None:
    first = write("finra-cross-selling", workspace, tmp_path / "a", reveal=True, actor="olga")
    assert listed(first, "EX-06A")[0]["customer_name"] == "Мария Иванова"
    store = desk.open_desk(workspace)
    with store.read() as session:
        session.narrow(SYSTEM)
        events = history(session, "report", "finra-cross-selling")
    store.close()
    assert [(event.actor, event.action) for event in events] == [("olga", "report.revealed")]

    seen: list[tuple[str, str, str]] = []
    second = write(
        "finra-cross-selling",
        workspace,
        tmp_path / "b",
        reveal=True,
        actor="olga",
        audit=lambda *what: seen.append(what),
    )
    assert [what[:2] for what in seen] == [("olga", "finra-cross-selling")]
    assert [file.read_bytes() for file in first] == [file.read_bytes() for file in second]


def test_the_program_itself_reveals_nothing(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(NotAllowed):
        write("finra-cross-selling", workspace, tmp_path, reveal=True)
    assert not list(tmp_path.iterdir())


def test_a_period_beyond_the_data_is_refused(workspace: Workspace) -> None:
    store = desk.open_desk(workspace)
    with pytest.raises(UsageError, match="the data are as of 2024-06-30"):
        gather(workspace, store, None, Period(PERIOD.first, dt.date(2024, 7, 1)), Wanted())
    store.close()


def test_an_unknown_report_or_run_is_refused_with_what_there_is(workspace: Workspace, tmp_path: Path) -> None:
    assert {"finra-8210", "finra-cross-selling", "finra-uit-rollover"} <= set(names())
    with pytest.raises(UsageError, match=r"Reports: .*finra-cross-selling"):
        write("finra", workspace, tmp_path)
    with pytest.raises(UsageError, match="There is no run R-0"):
        write("finra-cross-selling", workspace, tmp_path, run_id="R-0")
