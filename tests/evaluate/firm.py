"""A tiny scored firm, small enough to count by hand."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pandas as pd

from surveil.evaluate import Outputs

REPS = """rank,rep_id,score,p_value,q_value,alerts,families,drivers,flagged
1,forger,0.99,0.0001,0.002,2,unauthorized,consent,true
2,grey,0.90,0.001,0.01,1,unauthorized,consent,true
3,star,0.80,0.004,0.09,1,burst,openings,true
4,gamer,0.70,0.03,0.30,0,,,false
5,rookie,0.60,0.20,0.60,1,control,,true
6,clerk,0.50,0.50,0.80,0,,,false
7,boss,0.10,,,0,,,false
"""
ACCOUNTS = """rank,account_id,score,rep_id,customer_id,opened_at,reasons
1,a1,0.9,forger,c1,2023-01-05T10:00,x
2,a9,0.8,star,c9,2023-01-06T10:00,x
3,a2,0.7,forger,c2,2023-02-06T10:00,x
4,a3,0.1,clerk,c3,2023-02-06T10:00,x
5,a4,0.05,rookie,c4,2023-02-06T10:00,x
"""
FINDINGS = """finding_id,run_id,alert_id,detector,feed,key,rep_id,customer_id,account_id,at,score,detail
f1,r,A,UA01,accounts,a1,forger,c1,a1,2023-01-05,0.5,{}
f2,r,A,UA01,accounts,a9,star,c9,a9,2023-01-06,0.5,{}
f3,r,A,UA01,accounts,a8,grey,c8,a8,2023-01-06,0.5,{}
f4,r,B,UA03,transactions,t7,forger,c2,a2,2023-02-07,0.5,{}
f5,r,C,CS01,sales,s1,forger,c1,,2023-02-07,0.5,{}
f6,r,C,CS01,sales,s1,forger,c1,,2023-02-07,0.5,{}
"""
ALERTS = """alert_id,detector,severity,score,subject_type,subject_id,rep_id
A,UA01,high,0.9,rep,forger,forger
B,UA01,medium,0.8,rep,grey,
C,QB04,medium,0.7,rep,star,star
D,CT03,low,0.6,rep,rookie,rookie
E,QB07,high,0.5,branch,b1,
"""
ANSWERS = {
    "reps.csv": (
        "rep_id,typology,strength,start_on,end_on\n"
        "forger,forger,severe,2023-01-01,2023-06-30\nforger,unlicensed,mild,2023-01-01,2023-06-30\n"
        "gamer,gamer,mild,2023-01-01,2023-06-30\ngrey,forger,grey,2023-01-01,2023-06-30\n"
        "gone,ring,severe,2023-01-01,2023-06-30\n"
    ),
    "accounts.csv": "account_id,typology\na1,forger\na2,forger\na7,mass opening\n",
    "items.csv": "feed,key,typology\nsales,s1,unlicensed\nsales,s2,unlicensed\nreferrals,r1,ring\n",
}
FEEDS = {
    "accounts.csv": (
        "account_id,customer_id,product_code,opened_at,opened_by,credited_to,branch_id,channel,parent_account_id\n"
        + "".join(f"s{i},c{i},P,2023-0{1 + i % 2}-10 10:00,star,,b1,branch,\n" for i in range(40))
        + "a3,c3,P,2023-02-06T10:00,other,clerk,b2,branch,\n"
        + "".join(f"h{i},c3,P,2009-01-01,boss,,b2,branch,\n" for i in range(50))
        + "".join(f"m{i},c3,P,2001-01-01,boss,,b2,system,\n" for i in range(50))
        + "".join(f"k{i},c3,K,2023-02-06,boss,,b2,branch,a3\n" for i in range(50))
    ),
    "reps.csv": (
        "rep_id,name,role,hired_on\nstar,S,banker,2010-01-01\nrookie,R,banker,2023-02-01\n"
        "clerk,C,x,2001-01-01\n"
    ),
    "coverage.csv": "feed,scope,covers_from,covers_to\ntransactions,,2023-01-01,\ntransactions,b1,2001-01-01,\n",
    "branches.csv": "branch_id,name,kind\nb1,One,student\nb2,Two,standard\nb3,Three,payroll\n",
    "assignments-1.csv": (
        "rep_id,start_on,end_on,branch_id,fte\nstar,2010-01-01,,b1,1\nclerk,2010-01-01,2022-01-01,b2,0.5\n"
    ),
    "assignments-2.csv": "rep_id,start_on,branch_id,fte\nclerk,2022-01-01,b3,1\n",
    "absences.csv": (
        "rep_id,start_on,end_on,kind\nrookie,2023-03-01,2023-03-31,leave\nstar,2023-03-01,2023-03-31,holiday\n"
        "clerk,2023-03-01,2023-03-05,leave\n"
    ),
}


def write(folder: Path, files: dict[str, str]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def write_outputs(folder: Path, **changed: str) -> Path:
    files = {"reps": REPS, "accounts": ACCOUNTS, "findings": FINDINGS, "alerts": ALERTS, **changed}
    return write(folder, {f"{name}.csv": text for name, text in files.items()})


def ranking(order: list[str], flagged: Collection[str] = ()) -> Outputs:
    """Outputs with nothing but a ranking of reps."""
    rows = [
        {
            "rank": i,
            "rep_id": rep,
            "score": 1 / i,
            "p_value": None,
            "q_value": None,
            "flagged": rep in flagged,
        }
        for i, rep in enumerate(order, start=1)
    ]
    return Outputs.of(pd.DataFrame(rows))
