"""A small firm, loaded and scanned, in which one alert is confirmed by two people."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd

from surveil import desk
from surveil.alerts.dispositions import Disposition
from surveil.alerts.model import AlertDraft, Family, Severity, SubjectType
from surveil.alerts.people import Role, User
from surveil.config import Workspace
from surveil.feeds.load import load
from surveil.scan.job import scan

NOW = dt.datetime(2024, 7, 1, 12, tzinfo=dt.UTC)
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


def make_workspace(folder: Path, path: Path) -> Workspace:
    """A scanned workspace in which one alert on R1 is confirmed by two people, with A1 behind it."""
    for name, content in FEEDS.items():
        (folder / f"{name}.csv").write_text(content, encoding="utf-8")
    made = Workspace.init(path)
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
    row = {
        "alert_id": alert_id,
        "detector": "UA01",
        "feed": "accounts",
        "key": "A1",
        "account_id": "A1",
        "rep_id": "R1",
        "at": "2024-01-10T10:00:00",
        "score": 0.9,
    }
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
