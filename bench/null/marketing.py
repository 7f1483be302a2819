"""Real telephone contacts of a bank (UCI Bank Marketing, CC BY 4.0) under representatives drawn by lot.

Nobody chose these customers and nobody sold to them: whatever is found in a representative is a false alarm.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

FIRST_YEAR = 2008
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
REPS, BRANCHES = 150, 15


def read(file: Path) -> pd.DataFrame:
    """One row a customer contacted: day, month (counted from 1 in the first year), contact, campaign, sold (bool).

    The file tells no year, but lies in the order of time: the year turns where the month goes back.
    """
    table = pd.read_csv(file)
    number = table["month"].map({name: i for i, name in enumerate(MONTHS, start=1)})
    year = FIRST_YEAR + (number.diff() < 0).cumsum()
    # A few contacts are dated a day that the month does not have in that year; they belong to its last day.
    first = pd.to_datetime({"year": year, "month": number, "day": 1})
    day = first + pd.to_timedelta(np.minimum(table["day"], first.dt.days_in_month) - 1, unit="D")
    return pd.DataFrame(
        {
            "day": day,
            "month": (year - FIRST_YEAR) * 12 + number,
            "contact": table["contact"],
            "campaign": table["campaign"],
            "sold": table["y"] == "yes",
        }
    )


def drawn(rows: int, seed: int) -> np.ndarray:
    """A representative for each row, by lot; some have more work than others."""
    random = np.random.default_rng(seed)
    work = random.lognormal(0.0, 0.3, REPS)
    return random.choice(REPS, rows, p=work / work.sum())


def cells(contacts: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Contacts that did not sell, counted by representative and kind of contact, for a rate test."""
    rep = drawn(len(contacts), seed)
    keyed = contacts.assign(
        rep=pd.Series(rep).map("R{:03d}".format), branch=pd.Series(rep % BRANCHES).map("B{:02d}".format)
    )
    counted = keyed.groupby(["rep", "contact", "branch", "month"])["sold"].agg(["size", "sum"]).reset_index()
    counted = counted.rename(columns={"contact": "stratum", "size": "n"})
    return counted.assign(y=counted["n"] - counted["sum"]).drop(columns="sum")


def write_feeds(contacts: pd.DataFrame, seed: int, folder: Path) -> None:
    """The feeds that the data supports: contacts with their outcome, and the deposits opened on the telephone."""
    folder.mkdir(parents=True)
    rep = pd.Series(drawn(len(contacts), seed))
    number = pd.Series(np.arange(len(contacts)))
    reps, branches = pd.Series(np.arange(REPS)), pd.Series(np.arange(BRANCHES))
    customer, rep_id = number.map("C{:06d}".format), rep.map("R{:03d}".format)
    day = contacts["day"].dt.strftime("%Y-%m-%d")
    sold = contacts["sold"]
    feeds = {
        "branches": {"branch_id": branches.map("B{:02d}".format), "name": branches.map("Branch {}".format)},
        "reps": {
            "rep_id": reps.map("R{:03d}".format),
            "name": reps.map("Agent {}".format),
            "role": "call_centre",
            "hired_on": "2000-01-03",
        },
        "products": {"product_code": ["TERM"], "name": ["Term deposit"], "family": ["deposit"]},
        "customers": {
            "customer_id": customer,
            "name": number.map("Customer {}".format),
            "created_on": "2000-01-03",
        },
        "contacts": {
            "contact_id": number.map("K{:06d}".format),
            "customer_id": customer,
            "rep_id": rep_id,
            "branch_id": (rep % BRANCHES).map("B{:02d}".format),
            "at": day + "T12:00:00",
            "kind": "call",
            "direction": "out",
            "product_code": "TERM",
            "outcome": sold.map({True: "accepted", False: "declined"}),
        },
        "accounts": {
            "account_id": number[sold].map("A{:06d}".format),
            "customer_id": customer[sold],
            "product_code": "TERM",
            "opened_at": day[sold] + "T12:30:00",
            "opened_by": rep_id[sold],
            "branch_id": (rep[sold] % BRANCHES).map("B{:02d}".format),
            "channel": "phone",
        },
    }
    for name, columns in feeds.items():
        pd.DataFrame(columns).to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")
