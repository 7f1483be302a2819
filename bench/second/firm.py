"""Writes one firm's feeds and answer key, sitting by sitting.

Shares nothing with `surveil.simulate` but the feeds' contract: other products, other lives of accounts, other noise.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from bench.second.habits import Culprit, Habits, culprits, drawn

FIRST_DAY = dt.datetime(2024, 3, 4)
PRODUCTS = (
    ("CHK", "Checking", "deposit", "no"),
    ("SAV", "Savings", "deposit", "no"),
    ("CC", "Credit card", "card", "yes"),
    ("LN", "Personal loan", "loan", "yes"),
    ("OB", "Online banking", "feature", "no"),
    ("DC", "Debit card", "feature", "no"),
)
MONEY_IN, MONEY_OUT = ("deposit",), ("withdrawal", "payment")
FIRST_NAMES = (
    "Ada",
    "Ben",
    "Cleo",
    "Dov",
    "Ewa",
    "Finn",
    "Gita",
    "Hugo",
    "Ines",
    "Jan",
    "Kira",
    "Luis",
    "Mara",
)
SYLLABLES = (
    "ba",
    "cor",
    "da",
    "fen",
    "gri",
    "hol",
    "jan",
    "kel",
    "lim",
    "mor",
    "nad",
    "pol",
    "ros",
    "sten",
    "vel",
)


class Firm:
    """One firm in the making: `write` runs it and writes what it left behind."""

    def __init__(self, seed: int, *, honest: bool = False, habits: Habits | None = None) -> None:
        self.rng = np.random.default_rng([seed, 0x5EC0])
        self.habits: Habits = habits or drawn(self.rng, honest=honest)
        self.culprits: dict[int, Culprit] = culprits(self.rng, self.habits)
        self.rows: dict[str, list[dict[str, Any]]] = {
            name: [] for name in ("customers", "accounts", "consents", "transactions", "contacts")
        }
        self.unauthorized: list[str] = []
        self.end = FIRST_DAY + dt.timedelta(days=self.habits.days)
        self._draw_people()

    def _draw_people(self) -> None:
        ways, rng = self.habits, self.rng
        missing = np.log(ways.papers_missing / (1 - ways.papers_missing))
        self.branch_of = np.arange(ways.reps) % ways.branches
        self.use_of_branch = rng.normal(0, ways.spread_use, ways.branches)
        self.use_of_rep = rng.normal(0, ways.spread_use, ways.reps)
        self.papers = _logistic(
            missing
            + rng.normal(0, ways.spread_papers, ways.branches)[self.branch_of]
            + rng.normal(0, ways.spread_papers, ways.reps)
        )
        self.logged = np.clip(rng.normal(ways.visits_logged, 0.1, ways.branches), 0.2, 0.99)
        self.pace = ways.sittings_a_day * rng.gamma(6, 1 / 6, ways.reps)
        self.taste = rng.dirichlet([8, 6, 3, 1.2], ways.reps)
        started = np.where(rng.random(ways.reps) < 0.8, -rng.integers(200, 4000, ways.reps), 1)
        later = rng.integers(5, ways.days // 2, ways.reps)
        self.hired = np.where(started < 0, started, later)
        self.known: list[list[dict[str, Any]]] = [
            [
                self._customer(branch, FIRST_DAY - dt.timedelta(days=int(rng.integers(30, 3000))))
                for _ in range(300)
            ]
            for branch in range(ways.branches)
        ]

    def _add(self, feed: str, prefix: str, key: str, **columns: Any) -> dict[str, Any]:
        row = {key: f"{prefix}{len(self.rows[feed]) + 1:07d}", **columns}
        self.rows[feed].append(row)
        return row

    def _customer(self, branch: int, at: dt.datetime) -> dict[str, Any]:
        rng = self.rng
        surname = "".join(rng.choice(SYLLABLES, 3)).title()
        born = at - dt.timedelta(days=int(rng.integers(18 * 365, 85 * 365)))
        shared = rng.random() < 0.02
        return self._add(
            "customers",
            "C",
            "customer_id",
            kind="person",
            name=f"{rng.choice(FIRST_NAMES)} {surname}",
            birth_on=born.date().isoformat(),
            email=f"{surname.lower()}{rng.integers(1, 9999)}@post.example" if rng.random() < 0.75 else "",
            phone=f"+1212555{branch:04d}" if shared else f"+1646{rng.integers(2_000_000, 9_999_999)}",
            address_line=f"{rng.integers(1, 400)} {surname} Street",
            city="Harbour",
            state="NY",
            postal_code=f"{10000 + branch}",
            home_branch_id=f"B{branch}",
            created_on=at.date().isoformat(),
        )

    def write(self, folder: Path) -> None:
        """Run the firm and write `<feed>.csv` and `answers/`."""
        for rep in range(self.habits.reps):
            for day in range(max(0, int(self.hired[rep])), self.habits.days):
                self._day(rep, day)
        folder.mkdir(parents=True, exist_ok=True)
        for name, table in self._feeds().items():
            table.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")
        self._answers(folder / "answers")

    def _day(self, rep: int, day: int) -> None:
        date = FIRST_DAY + dt.timedelta(days=day)
        if date.weekday() > 4:
            return
        busy = self.habits.season if date.month in (1, 9) else 1.0
        busy *= self.habits.rush if date.day > 25 else 1.0
        for _ in range(self.rng.poisson(self.pace[rep] * busy)):
            self._sitting(rep, date, None)
        culprit = self.culprits.get(rep)
        if culprit is None or not culprit.first <= day <= culprit.last:
            return
        rate = self.pace[rep] * culprit.share
        if culprit.scheme == "month-end rush":
            rate = rate * 6 if date.day > 25 else 0.0
        for _ in range(self.rng.poisson(rate)):
            self._sitting(rep, date, culprit.scheme)

    def _sitting(self, rep: int, date: dt.datetime, scheme: str | None) -> None:
        rng, branch = self.rng, int(self.branch_of[rep])
        at = date + dt.timedelta(hours=float(rng.uniform(9, 17.5)))
        if scheme is None and rng.random() < 0.45:
            self.known[branch].append(customer := self._customer(branch, at))
        else:
            customer = self.known[branch][rng.integers(0, len(self.known[branch]))]
        if rng.random() < (self.logged[branch] if scheme is None else 0.4 * self.logged[branch]):
            came = at - dt.timedelta(minutes=float(rng.uniform(2, 50)))
            self._contact(customer, rep, branch, came)
        products = self._products(rep, scheme)
        parent = ""
        for position, product in enumerate(products):
            opened = at + dt.timedelta(minutes=4 * position)
            feature = product in ("OB", "DC")
            account = self._open(customer, rep, branch, product, opened, parent if feature else "", scheme)
            parent = parent or account
            bad = scheme is not None and (scheme != "stuffed features" or feature)
            if bad:
                self.unauthorized.append(account)
            self._sign(account, rep, opened, bad=bad)
            self._live(account, rep, product, opened, scheme if bad else None)

    def _products(self, rep: int, scheme: str | None) -> list[str]:
        rng = self.rng
        first = str(rng.choice(["CHK", "SAV", "CC", "LN"], p=self.taste[rep]))
        if scheme == "stuffed features":
            return ["CHK", "OB", "DC"]
        if scheme is not None:
            return [str(rng.choice(["CHK", "SAV", "CC"], p=[0.4, 0.4, 0.2]))]
        extra = [
            name for name, share in (("OB", 0.5), ("DC", 0.6)) if first == "CHK" and rng.random() < share
        ]
        return [first, *extra, *(["SAV"] if rng.random() < 0.15 else [])]

    def _contact(self, customer: dict[str, Any], rep: int, branch: int, at: dt.datetime) -> None:
        self._add(
            "contacts",
            "K",
            "contact_id",
            customer_id=customer["customer_id"],
            rep_id=f"E{rep:04d}",
            branch_id=f"B{branch}",
            at=_stamp(at),
            kind="visit",
            direction="in",
        )

    def _open(
        self,
        customer: dict[str, Any],
        rep: int,
        branch: int,
        product: str,
        at: dt.datetime,
        parent: str,
        scheme: str | None,
    ) -> str:
        rng = self.rng
        own = scheme == "own contact data"
        closing = at + dt.timedelta(days=5 + float(rng.exponential(150)))
        closed = rng.random() < 0.06 and closing < self.end
        row = self._add(
            "accounts",
            "A",
            "account_id",
            customer_id=customer["customer_id"],
            product_code=product,
            opened_at=_stamp(at),
            opened_by=f"E{rep:04d}",
            branch_id=f"B{branch}",
            channel="branch" if rng.random() < 0.9 else "phone",
            email=f"contact{rep}@desk.example" if own and rng.random() < 0.6 else customer["email"],
            phone=f"+1917{4_000_000 + rep}" if own and rng.random() < 0.6 else customer["phone"],
            parent_account_id=parent,
            status="closed" if closed else "open",
            closed_on=closing.date().isoformat() if closed else "",
        )
        return str(row["account_id"])

    def _sign(self, account: str, rep: int, at: dt.datetime, *, bad: bool) -> None:
        rng = self.rng
        if rng.random() < (min(0.9, 6 * self.papers[rep] + 0.15) if bad else self.papers[rep]):
            return
        late = rng.random() < 0.03
        minutes = float(rng.uniform(60, 9000) if late else rng.uniform(-20, 10))
        signed = self._add(
            "consents",
            "S",
            "consent_id",
            account_id=account,
            kind=str(rng.choice(["wet_signature", "e_signature"])),
            captured_at=_stamp(at + dt.timedelta(minutes=minutes)),
            captured_by=f"E{rep:04d}",
        )
        signed["document_hash"] = f"doc-{signed['consent_id']}"

    def _live(self, account: str, rep: int, product: str, at: dt.datetime, scheme: str | None) -> None:
        rng, branch = self.rng, int(self.branch_of[rep])
        if product == "CHK":
            for month in range(1, 18):
                if rng.random() < (0.12 if scheme is None else 0.5):
                    self._post(account, at + dt.timedelta(days=30 * month), "fee", -6.0, "system")
        if scheme == "tokens":
            self._round_trip(account, at)
        if scheme is not None:
            return
        usual = np.log(self.habits.used / (1 - self.habits.used)) - (0.5 if product == "CC" else 0.0)
        if product in ("OB", "DC"):
            if rng.random() < _logistic(usual - 0.8 + self.use_of_branch[branch]):
                for _ in range(1 + rng.poisson(5)):
                    after = at + dt.timedelta(days=float(rng.exponential(60)))
                    self._post(account, after, "login" if product == "OB" else "activation", None, "customer")
            return
        if product in ("CHK", "SAV") and rng.random() < 0.75:
            soon = at + dt.timedelta(hours=float(rng.exponential(20)))
            self._post(account, soon, "deposit", float(rng.lognormal(5, 1.3)), "customer")
        if rng.random() < _logistic(usual + self.use_of_branch[branch] + self.use_of_rep[rep]):
            begun = at + dt.timedelta(days=float(rng.exponential(25)))
            for _ in range(1 + rng.poisson(8)):
                after = begun + dt.timedelta(days=float(rng.exponential(90)))
                paid_in = product != "CC" and rng.random() < 0.4
                kind = "purchase" if product == "CC" else str(rng.choice(MONEY_IN if paid_in else MONEY_OUT))
                amount = float(rng.lognormal(3.5, 1))
                self._post(account, after, kind, amount if paid_in else -amount, "customer")

    def _round_trip(self, account: str, at: dt.datetime) -> None:
        """A coin put in by the representative and taken out again."""
        amount = float(self.rng.choice([1, 5, 10, 25]))
        begun = at + dt.timedelta(hours=float(self.rng.uniform(0, 30)))
        self._post(account, begun, "deposit", amount, "rep")
        self._post(
            account, begun + dt.timedelta(days=float(self.rng.uniform(1, 9))), "withdrawal", -amount, "rep"
        )

    def _post(self, account: str, at: dt.datetime, kind: str, amount: float | None, by: str) -> None:
        if at >= self.end:
            return
        self._add(
            "transactions",
            "T",
            "transaction_id",
            account_id=account,
            posted_at=_stamp(at),
            kind=kind,
            amount="" if amount is None else f"{amount:.2f}",
            initiated_by=by,
        )

    def _feeds(self) -> dict[str, pd.DataFrame]:
        ways = self.habits
        ids = [f"E{rep:04d}" for rep in range(ways.reps)]
        hired = [(FIRST_DAY + dt.timedelta(days=int(day))).date().isoformat() for day in self.hired]
        homes = [f"B{branch}" for branch in self.branch_of]
        feeds = {name: pd.DataFrame(rows) for name, rows in self.rows.items()}
        feeds["branches"] = pd.DataFrame(
            {
                "branch_id": [f"B{i}" for i in range(ways.branches)],
                "name": [f"Office {i}" for i in range(ways.branches)],
            }
        )
        feeds["reps"] = pd.DataFrame({"rep_id": ids, "name": ids, "role": "banker", "hired_on": hired})
        feeds["products"] = pd.DataFrame(PRODUCTS, columns=["product_code", "name", "family", "is_credit"])
        feeds["assignments"] = pd.DataFrame({"rep_id": ids, "start_on": hired, "branch_id": homes})
        feeds["quotas"] = self._goals(ids)
        absent = {
            "contacts": not ways.has_contacts,
            "consents": not ways.has_consents,
            "quotas": not ways.has_goals,
            "assignments": not ways.has_assignments,
        }
        return {name: table for name, table in feeds.items() if not absent.get(name)}

    def _goals(self, ids: list[str]) -> pd.DataFrame:
        months = pd.period_range(FIRST_DAY, self.end - dt.timedelta(days=1), freq="M")
        return pd.DataFrame(
            [
                {
                    "quota_id": f"Q-{who}-{month}",
                    "rep_id": who,
                    "metric": "accounts_opened",
                    "period_start": month.start_time.date().isoformat(),
                    "period_end": month.end_time.date().isoformat(),
                    "target": int(25 * pace) + 2,
                }
                for who, pace in zip(ids, self.pace.tolist(), strict=True)
                for month in months
            ]
        )

    def _answers(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        people = [
            {
                "rep_id": f"E{rep:04d}",
                "typology": culprit.scheme,
                "strength": culprit.strength,
                "start_on": (FIRST_DAY + dt.timedelta(days=culprit.first)).date().isoformat(),
                "end_on": (FIRST_DAY + dt.timedelta(days=culprit.last)).date().isoformat(),
            }
            for rep, culprit in sorted(self.culprits.items())
        ]
        columns = ["rep_id", "typology", "strength", "start_on", "end_on"]
        pd.DataFrame(people, columns=columns).to_csv(folder / "reps.csv", index=False, lineterminator="\n")
        accounts = pd.DataFrame({"account_id": self.unauthorized, "typology": "unauthorized"})
        accounts.to_csv(folder / "accounts.csv", index=False, lineterminator="\n")
        items = pd.DataFrame(columns=["feed", "key", "typology"])
        items.to_csv(folder / "items.csv", index=False, lineterminator="\n")


def _logistic(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


def _stamp(at: dt.datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S")
