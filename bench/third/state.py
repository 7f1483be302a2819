"""The things a firm is made of while its story is being told: places, staff, customers, accounts, rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random
from typing import Any

from bench.third.goods import Good
from bench.third.kinds import Habits, Kind

Row = dict[str, Any]


@dataclass(slots=True, eq=False)
class Branch:
    """A place where customers are served, in its own time zone and with its own clientele."""

    branch_id: str
    name: str
    kind: str
    state: str
    zone: str
    district: str
    region: str
    opens: float
    closes: float
    weekdays: frozenset[int]
    opened_on: date | None
    closed_on: date | None
    idle: float
    gap: float
    logs: float
    area: str
    town: str
    ip: str
    emails: bool = True
    crew: list[Rep] = field(default_factory=list)
    pool: list[Customer] = field(default_factory=list)
    tablets: list[str] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Post:
    """One spell of one person at one branch under one supervisor."""

    start: date
    end: date | None
    branch: Branch
    boss: str
    fte: float


@dataclass(slots=True, eq=False)
class Licence:
    """One spell of one qualification in one jurisdiction in one status."""

    name: str
    where: str
    granted: date
    ended: date | None
    status: str
    recorded: date | None


@dataclass(slots=True, eq=False)
class Rep:
    """One member of staff, with the pace and the tidiness that are his own."""

    rep_id: str
    name: str
    role: str
    sells: bool
    hired: date
    left: date | None
    reason: str
    pace: float
    paper: float
    logs: float
    idle: float
    email: str
    phone: str
    address: str
    postal: str
    device: str
    employer: str = "bank"
    desk: str = ""
    night: bool = False
    registered: bool | None = None
    crd: str = ""
    customer: Customer | None = None
    posts: list[Post] = field(default_factory=list)
    away: list[tuple[date, date, str]] = field(default_factory=list)
    licences: list[Licence] = field(default_factory=list)

    def post_on(self, day: date) -> Post | None:
        """Where he sits on that day, or nothing when not employed or between posts."""
        if day < self.hired or (self.left is not None and day >= self.left):
            return None
        for post in self.posts:
            if post.start <= day and (post.end is None or day <= post.end):
                return post
        return None

    def absent(self, day: date) -> bool:
        """Whether an absence covers the day."""
        return any(a <= day <= b for a, b, _ in self.away)

    def at_work(self, day: date) -> bool:
        """Whether he is employed, posted and not away on the day."""
        return self.post_on(day) is not None and not self.absent(day)


@dataclass(slots=True, eq=False)
class Customer:
    """A person or a business as the firm's records know it."""

    n: int
    kind: str
    name: str
    birth: date | None
    email: str
    phone: str
    address: str
    town: str
    state: str
    postal: str
    branch: Branch
    created: date
    who: str = "adult"
    household: str = ""
    employer: str = ""
    language: str = "en"
    vulnerable: bool = False
    staff: bool = False
    quiet: bool = False
    deceased: date | None = None
    income: float = 0.0
    worth: float = 0.0
    liquid: float = 0.0
    risk: int = 3
    objective: str = "balanced"
    horizon: int = 60
    experience: str = "limited"
    need: bool = False
    accounts: list[Account] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Consent:
    """The record of a customer's yes to one account."""

    kind: str
    at: datetime
    by: str
    paper: str
    device: str
    ip: str


@dataclass(slots=True, eq=False)
class Account:
    """An account or a feature, how it came about, and what will be done with it."""

    n: int
    customer: Customer
    good: Good
    opened: datetime
    zone: str
    branch: Branch | None
    channel: str
    opened_by: str
    credited_to: str
    applied: datetime | None = None
    recorded: datetime | None = None
    email: str = ""
    phone: str = ""
    device: str = ""
    pulled: datetime | None = None
    parent: Account | None = None
    campaign: int | None = None
    owners: list[Customer] = field(default_factory=list)
    closed: date | None = None
    closed_by: str = ""
    consent: Consent | None = None
    first_use: date | None = None
    pace: float = 0.0
    fund: str = "usual"
    source: Account | None = None
    payer: str = ""
    bad: str = ""
    odd: str = ""
    old: bool = False

    @property
    def rep_id(self) -> str:
        """The one it counts for."""
        return self.credited_to or self.opened_by


@dataclass(slots=True)
class How:
    """The ways in which one sitting differs from the usual one; every default means 'as usual'."""

    at: datetime | None = None
    goods: list[Good] | None = None
    channel: str = ""
    consent: str = "usual"
    paper: str = ""
    email: str | None = None
    phone: str | None = None
    device: str = ""
    contact: bool | None = None
    use: str = "usual"
    fund: str = "usual"
    source: Account | None = None
    payer: str = ""
    features: tuple[str, ...] | None = None
    opened_by: str | None = None
    credited_to: str | None = None
    parent: Account | None = None
    campaign: int | None = None
    closes: int | None = None
    closed_by: str = "customer"
    odd: str = ""
    bad: str = ""


@dataclass(slots=True)
class Sitting:
    """A customer served by a seller once, and what was opened."""

    rep: Rep
    branch: Branch
    customer: Customer
    at: datetime
    accounts: list[Account]


class World:
    """Everything a firm did and wrote down, before it is turned into feeds."""

    def __init__(self, seed: int, kind: Kind, habits: Habits, goods: dict[str, Good]) -> None:
        self.seed = seed
        self.kind = kind
        self.habits = habits
        self.goods = goods
        self.start = habits.start
        self.end = habits.end
        self.departed: list[str] = []
        self.branches: list[Branch] = []
        self.reps: list[Rep] = []
        self.customers: list[Customer] = []
        self.accounts: list[Account] = []
        self.sittings: list[Sitting] = []
        self.rows: dict[str, list[Row]] = {}
        self.guilt: list[Row] = []
        self.items: list[tuple[str, int, str]] = []
        self.odd: list[tuple[str, str, str]] = []
        self.lost: list[tuple[str, str, date, date]] = []
        self.targets: dict[tuple[str, date], int] = {}
        self._next = 0

    def dice(self, name: str) -> Random:
        """A stream of chance of its own, so that wrongs never disturb the honest part of the firm."""
        return Random(f"{self.seed}/{name}")

    def number(self) -> int:
        """A number no other row of this firm has."""
        self._next += 1
        return self._next

    def add(self, feed: str, zone: str, **cells: Any) -> Row:
        """Write one row of a numbered feed; moments in it are local to the zone."""
        row: Row = {"_n": self.number(), "_zone": zone, **cells}
        self.rows.setdefault(feed, []).append(row)
        return row

    def note(self, subject: str, oddity: str, text: str) -> None:
        """Remember an honest oddity for those who read the exam afterwards."""
        self.odd.append((subject, oddity, text))

    def sellers(self) -> list[Rep]:
        """The staff who sell, managers left out."""
        return [r for r in self.reps if r.sells and r.role != "manager"]
