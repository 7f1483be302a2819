"""From a workspace to the files: the models on real feeds, who may reveal, the trail, the same bytes twice."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from surveil import desk
from surveil.alerts.dispositions import Disposition
from surveil.alerts.errors import NotAllowed
from surveil.alerts.model import AlertDraft, Family, Severity, SubjectType
from surveil.alerts.people import SYSTEM, Role, User
from surveil.config import Workspace
from surveil.engine.lint import problems
from surveil.engine.models import parse_file
from surveil.errors import UsageError
from surveil.feeds.load import load
from surveil.reports import names, write
from surveil.reports.finra.answer import wanted
from surveil.reports.finra.letter import read_letter
from surveil.reports.gather import Wanted, gather
from surveil.reports.sources import Period, Sources
from surveil.scan.job import scan
from surveil.store.audit import history

NOW = dt.datetime(2024, 7, 1, 12, tzinfo=dt.UTC)
MODELS = Path(__file__).parents[2] / "surveil/reports"
FEEDS = {
    "reps": """rep_id,name,crd_number,role,registered,hired_on,terminated_on
R1,Ieva Āboliņa,1234567,banker,Y,2020-01-01,2024-05-02
R2,Kőrösi Őze,,banker,N,2020-01-01,
R3,Late Comer,,banker,N,2024-06-01,
""",
    "products": """product_code,name,family
CHK,Checking,deposit
CRD,Card,card
DBT,Debit card,feature
""",
    "customers": """customer_id,name,created_on
C1,Мария Иванова,2019-01-01
C2,Jan van der IJsselmuiden,2019-01-01
""",
    "accounts": """account_id,customer_id,product_code,opened_at,opened_by,credited_to,branch_id,channel,\
campaign_id,parent_account_id
A1,C1,CHK,2024-01-10 10:00,R1,,B1,branch,,
A2,C2,CRD,2024-02-11 11:00,R1,R2,B1,branch,K1,
A3,C1,DBT,2024-02-12 12:00,R2,,B1,phone,,A1
A4,C2,CHK,2023-12-31 12:00,R2,,B1,branch,,
A5,C2,CHK,2024-03-01 12:00,,,B1,online,,
""",
    "assignments": """rep_id,start_on,end_on,branch_id,supervisor_id
R1,2020-01-01,2023-06-30,B0,M0
R1,2023-07-01,,B1,M1
R2,2020-01-01,,B1,M1
""",
    "quotas": """quota_id,rep_id,branch_id,role,metric,period_start,period_end,target
Q1,R1,,,accounts_opened,2024-01-01,2024-01-31,2
Q2,,,banker,accounts_opened,2024-02-01,2024-02-29,1
Q3,,B1,,accounts_opened,2024-01-01,2024-03-31,2
Q4,R2,,,sales_amount,2024-01-01,2024-03-31,1000.50
""",
    "sales": """sale_id,customer_id,product_code,rep_id,sold_at,amount,commission,reversed_on
S1,C1,CRD,R2,2024-01-15 10:00,1000.49,10,
S2,C1,CRD,R2,2024-01-16 10:00,500,,2024-02-01
""",
    "payouts": """payout_id,rep_id,program,amount,kind,paid_on
P1,R1,Bonus,100.10,bonus,2024-02-01
P2,R1,Bonus,50,bonus,2024-03-01
P3,R2,Trip,700,non_monetary,2024-03-01
""",
    "discipline": """action_id,rep_id,action,action_on,reason_code,reason,u5_filed_on
D1,R1,termination,2024-05-02,cross_selling,Opened cards nobody asked for,2024-06-20
D2,R2,warning,2023-11-01,goal_missed,Under goal,
""",
    "complaints": """complaint_id,customer_id,received_on,account_id,source,status,amount_paid,settled_on
K1,C1,2024-03-01,A1,customer,resolved,12.34,2024-04-01
K2,C2,2024-03-02,,whistleblower,open,,
""",
    "transactions": """transaction_id,account_id,posted_at,kind,amount,initiated_by
T1,A1,2024-02-01 09:00,fee,-12.00,system
T2,A1,2024-03-01 09:00,fee_refund,5.00,system
T3,A1,2024-06-30 09:00,purchase,-9.00,customer
""",
    "campaigns": """campaign_id,name,family,starts_on,ends_on
K1,Cards,card,2024-02-01,2024-02-29
K2,Old,card,2023-02-01,2023-02-28
""",
}
PERIOD = Period(dt.date(2024, 1, 1), dt.date(2024, 6, 30))


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A scanned workspace in which one alert on R1 is confirmed by two people, with A1 behind it."""
    folder = tmp_path_factory.mktemp("firm")
    for name, content in FEEDS.items():
        (folder / f"{name}.csv").write_text(content, encoding="utf-8")
    made = Workspace.init(tmp_path_factory.mktemp("work"))
    load(made, folder)
    desk.prepare_desk(made)
    store = desk.open_desk(made)
    draft = AlertDraft(
        "UA01",
        "1",
        Family.UNAUTHORIZED,
        "T02",
        Severity.HIGH,
        0.9,
        SubjectType.REP,
        "R1",
        "No consent.",
        1,
        "R1",
    )
    alert_id = ""

    def keep(run, drafts):
        nonlocal alert_id
        ids = desk.record_scan(store, run, [*drafts, draft], NOW)
        alert_id = ids[draft.fingerprint]
        return ids

    result = scan(made, keep)
    row = {"alert_id": alert_id, "detector": "UA01", "feed": "accounts", "key": "A1", "account_id": "A1"}
    pd.DataFrame([row]).to_parquet(result.folder / "findings.parquet")
    for name in ("olga", "otto"):
        desk.create_user(store, User("root", Role.ADMINISTRATOR), name, Role.OFFICER, NOW)
    note = "The customer was called and had not asked for it."
    olga, otto = User("olga", Role.OFFICER), User("otto", Role.OFFICER)
    decided = desk.decide(store, olga, alert_id, Disposition.CONFIRMED_UNAUTHORIZED, note, NOW, 1)
    desk.approve(store, otto, alert_id, NOW, decided.row_version, note)
    store.close()
    (made.path / "responses").mkdir()
    (made.path / "responses/finra-cross-selling.yml").write_text(
        "period: {first: 2024-01-01, last: 2024-06-30}\n", encoding="utf-8"
    )
    return made


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
