"""The kinds of firm there are, and the habits one firm of a kind draws for itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

ZONES = {
    "NY": "America/New_York", "NJ": "America/New_York", "PA": "America/New_York", "OH": "America/New_York",
    "FL": "America/New_York", "GA": "America/New_York", "IL": "America/Chicago", "MN": "America/Chicago",
    "TX": "America/Chicago", "KS": "America/Chicago", "CO": "America/Denver", "AZ": "America/Phoenix",
    "CA": "America/Los_Angeles", "WA": "America/Los_Angeles", "HI": "Pacific/Honolulu",
}  # fmt: skip


@dataclass(frozen=True)
class Kind:
    """What all firms of one kind share."""

    name: str
    story: str
    shelf: str
    sellers: tuple[int, int]
    branches: tuple[int, int]
    openings: tuple[int, int]
    states: tuple[tuple[str, ...], ...]
    roles: dict[str, float]
    consent: dict[str, float]
    hours: tuple[float, float]
    weekdays: int = 6
    new: float = 0.45
    referrals: bool = True
    keyed: bool = False
    remote: bool = False
    may_miss: str = "absences discipline campaigns"
    fee_basis: tuple[str, ...] = ("appointment",)


KINDS = (
    Kind(
        "retail",
        "A regional retail bank with daily talk of numbers.",
        "CHK CHK2 SAV STU KID MMA CD BIZ SUB CC LOC HELOC PLN MTG DBT OLB BPAY ODP TRUST MF FA",
        (180, 330),
        (24, 48),
        (26000, 50000),
        (("NY", "NJ", "PA"), ("OH", "IL", "MN"), ("CA", "AZ", "CO")),
        {"banker": 0.62, "teller": 0.25, "advisor": 0.05, "specialist": 0.08},
        {"wet_signature": 0.45, "e_signature": 0.55},
        (9.0, 17.5),
    ),
    Kind(
        "credit_union",
        "A credit union for several employers and a county, in a shared-branch network.",
        "CHK SAV SHARE:1 KID CD CLUB CC CCS LOC AUTO PLN MTG DBT OLB BPAY ODP TL PC STU",
        (120, 200),
        (12, 22),
        (16000, 30000),
        (("WA",), ("MN",), ("PA", "OH")),
        {"banker": 0.7, "teller": 0.22, "advisor": 0.08},
        {"wet_signature": 0.6, "e_signature": 0.4},
        (9.0, 17.0),
        new=0.5,
        may_miss="campaigns discipline quotas",
    ),
    Kind(
        "broker_dealer",
        "A broker-dealer of small offices with an insurance agency under one roof.",
        "MMA:0.4 CC:0.2 DBT:1 OLB:1 MF UIT ETF:1.5 BND SN VA FA TL:0.5 WL ADV ALT LOC:0.3",
        (130, 260),
        (28, 60),
        (4500, 9000),
        (("NY", "NJ", "FL", "GA"), ("TX", "CO", "CA"), ("IL", "OH", "MN")),
        {"advisor": 0.8, "banker": 0.2},
        {"wet_signature": 0.4, "e_signature": 0.6},
        (8.5, 17.5),
        weekdays=5,
        new=0.35,
        may_miss="absences campaigns quotas",
        fee_basis=("sale", "appointment"),
    ),
    Kind(
        "bancassurance",
        "A bank that lives on selling its insurer's covers, with fees for referrals.",
        "CHK SAV CD CC PLN MTG DBT OLB ODP TL:2 WL:1.5 HLT:1.2 PC:1.6 VA FA MF KID",
        (160, 280),
        (22, 40),
        (18000, 32000),
        (("NJ", "PA"), ("TX", "KS"), ("GA", "FL")),
        {"banker": 0.6, "teller": 0.18, "advisor": 0.22},
        {"wet_signature": 0.5, "e_signature": 0.5},
        (9.0, 17.0),
        weekdays=5,
        fee_basis=("appointment", "account_opened", "sale"),
    ),
    Kind(
        "community",
        "A community bank among farms, with savings taught in schools.",
        "CHK SAV:1.3 KID:2.5 CD:1.5 CLUB BIZ SUB CC:0.4 AGL:1.6 PLN AUTO MTG DBT OLB:1 TRUST PC:0.6 STU MMA",
        (120, 170),
        (14, 26),
        (15000, 22000),
        (("KS",), ("MN", "IL"), ("OH",)),
        {"banker": 0.66, "teller": 0.3, "advisor": 0.04},
        {"wet_signature": 0.95, "e_signature": 0.05},
        (8.5, 16.5),
        weekdays=6,
        new=0.3,
        referrals=False,
        may_miss="absences campaigns discipline quotas",
    ),
    Kind(
        "direct",
        "A telephone and app bank: sellers talk, a back office keys.",
        "CHK SAV:1.6 MMA CC:1.6 CCS LOC PLN:1.4 DBT OLB BPAY ODP CD:0.6 HELOC",
        (140, 240),
        (3, 6),
        (22000, 42000),
        (("NY", "CO", "HI"), ("TX", "AZ", "FL"), ("WA", "OH", "GA")),
        {"call_centre": 0.92, "banker": 0.08},
        {"recorded_call": 0.72, "e_signature": 0.28},
        (7.0, 22.0),
        weekdays=7,
        new=0.65,
        keyed=True,
        remote=True,
        may_miss="assignments campaigns profile_changes",
    ),
    Kind(
        "worksite",
        "A seller of pay-deducted covers and accounts at employers' premises.",
        "CHK SAV HSA:2 CC:0.6 PLN DBT OLB TL:2.5 HLT:3 PC:0.8 WL",
        (120, 200),
        (10, 18),
        (16000, 28000),
        (("TX", "KS"), ("PA", "NJ", "NY"), ("CA", "WA")),
        {"banker": 0.35, "advisor": 0.6, "specialist": 0.05},
        {"e_signature": 0.9, "wet_signature": 0.1},
        (7.0, 18.5),
        weekdays=6,
        new=0.75,
        referrals=False,
        may_miss="contacts campaigns discipline",
    ),
    Kind(
        "instore",
        "A bank inside supermarkets: long hours, young staff, cards at the till.",
        "CHK:1.4 SAV STU:1.5 STORE:1.6 CC CCS:1.5 DBT OLB BPAY:1 ODP KID PLN",
        (180, 400),
        (40, 80),
        (24000, 46000),
        (("CA", "AZ"), ("FL", "GA"), ("IL", "TX")),
        {"banker": 0.75, "teller": 0.25},
        {"e_signature": 0.85, "wet_signature": 0.15},
        (9.0, 20.0),
        weekdays=7,
        new=0.6,
        referrals=False,
        may_miss="assignments absences registrations complaints",
    ),
)


@dataclass
class Habits:
    """What one firm drew: its calendar, its record keeping, its pressure and the state of its extracts."""

    start: date
    end: date
    states: tuple[str, ...]
    home: str
    sellers: int
    branches: int
    openings: int
    clock: str
    feature_mode: str
    feature_use: str
    consent_gap: float
    contact_logged: float
    complaint_share: float
    push: float
    fund_rule: int
    spread: float
    quota_style: str
    metric: str
    missing_feeds: frozenset[str]
    missing_columns: dict[str, frozenset[str]]
    blank: dict[str, float]
    dirt: float
    truth: tuple[str, str]
    id_style: dict[str, str] = field(default_factory=dict)
    trained: frozenset[str] = frozenset()
    idle_clock: bool = True
    master_card: bool = False


_SPARE = {
    "reps": "npn crd_number nmls_id employer postal_code customer_id termination_reason",
    "customers": "deceased_on household_id language vulnerable do_not_contact is_employee employer",
    "accounts": "applied_at recorded_at co_owners device_id credit_pulled_at phone closed_by credited_to",
    "consents": "document_hash device_id ip_address captured_by",
    "transactions": "device_id branch_id rep_id tender counterparty",
    "sales": "solicited commission matures_on reversed_on state",
    "referrals": "fee_basis outcome_at account_id",
    "contacts": "direction note product_code",
    "complaints": "source category rep_id narrative",
    "products": "complexity unused_after_days lockup_months",
    "branches": "region opened_on kind",
    "assignments": "fte supervisor_id",
}


def kind_of(seed: int) -> Kind:
    """Every run of eight seeds meets every kind once, in an order of its own."""
    block, place = divmod(seed - 1, len(KINDS))
    order = list(KINDS)
    Random(f"order/{block}").shuffle(order)
    return order[place]


def _missing_columns(kind: Kind, dice: Random) -> dict[str, frozenset[str]]:
    """Columns the firm's systems do not hold: a few for most firms, many for some."""
    share = dice.choice([0.0, 0.06, 0.12, 0.2])
    out = {}
    for feed, text in _SPARE.items():
        gone = [c for c in text.split() if dice.random() < share]
        if kind.keyed and "credited_to" in gone:
            gone.remove("credited_to")
        if gone:
            out[feed] = frozenset(gone)
    return out


def _missing_feeds(kind: Kind, dice: Random) -> frozenset[str]:
    gone = {f for f in kind.may_miss.split() if dice.random() < 0.3}
    if dice.random() < 0.5:
        gone.add("coverage")
    return frozenset(gone)


def _draw_clock(home: str, kind: Kind, dice: Random) -> str:
    """Rows without a branch are read in the workspace's zone; a firm elsewhere therefore writes offsets."""
    if home == "America/New_York" and not kind.remote:
        return dice.choice(["naive", "naive", "offset", "utc"])
    return dice.choice(["mixed", "offset", "utc"])


def draw_habits(kind: Kind, dice: Random) -> Habits:
    """One firm's habits; everything later reads them instead of drawing again."""
    start = date(dice.choice([2021, 2022, 2023, 2024]), dice.choice([1, 1, 2, 4, 5, 7, 9, 10]), 1)
    states = dice.choice(kind.states)
    home = ZONES[states[0]]
    blank = {"email": 0.2, "phone": 0.08, "birth_on": 0.02, "device_id": 0.3, "employer": 0.6}
    return Habits(
        start=start, end=start + timedelta(days=dice.randint(366, 548)), states=states, home=home,
        sellers=dice.randint(*kind.sellers), branches=dice.randint(*kind.branches),
        openings=dice.randint(*kind.openings), clock=_draw_clock(home, kind, dice),
        feature_mode=dice.choice(["with", "with", "with", "later", "unrecorded"]),
        feature_use=dice.choice(["feature", "feature", "feature", "parent"]),
        consent_gap=dice.choice([0.004, 0.015, 0.03, 0.06]),
        contact_logged=dice.choice([0.6, 0.8, 0.92, 0.97]),
        complaint_share=dice.choice([0.02, 0.05, 0.1, 0.18]),
        push=dice.uniform(0.05, 0.5), fund_rule=dice.choice([0, 0, 30, 45]), spread=dice.uniform(0.25, 0.55),
        quota_style=dice.choice(["rep", "rep", "rep", "role", "branch"]),
        metric=dice.choice(["accounts_opened", "accounts_opened", "accounts_funded", "deposit"]),
        missing_feeds=_missing_feeds(kind, dice), missing_columns=_missing_columns(kind, dice),
        blank={k: dice.uniform(0, v) for k, v in blank.items()} | {"household_id": dice.uniform(0.1, 0.5)},
        dirt=dice.choice([0.0, 0.001, 0.003, 0.006]),
        truth=dice.choice([("true", "false"), ("Y", "N"), ("1", "0"), ("yes", "no")]),
        id_style={what: dice.choice(["zero", "prefix", "plain", "dash"])
                  for what in ("accounts", "customers", "reps", "branches", "rows")},
        trained=frozenset(s for s in ("CC", "PLN", "LOC", "STORE", "AUTO") if dice.random() < 0.2),
        idle_clock=dice.random() < 0.8,
        master_card=kind.name == "credit_union" and dice.random() < 0.5,
    )  # fmt: skip


def shelf_weights(kind: Kind) -> dict[str, float]:
    """The kind's shelf as product -> multiplier of its usual weight."""
    out = {}
    for word in kind.shelf.split():
        short, _, times = word.partition(":")
        out[short] = float(times) if times else 1.0
    return out
