"""How a line of the contract is written: a function a kind of column, and the names that columns refer to."""

from __future__ import annotations

from typing import Final

from surveil.feeds.model import Column, ColumnType

K: Final = "key"
R: Final = "required"
KR: Final = "key required"

REP: Final = "reps.rep_id"
BRANCH: Final = "branches.branch_id"
CUSTOMER: Final = "customers.customer_id"
PRODUCT: Final = "products.product_code"
ACCOUNT: Final = "accounts.account_id"
SALE: Final = "sales.sale_id"
CAMPAIGN: Final = "campaigns.campaign_id"

SCALE: Final = ("1", "2", "3", "4", "5")
FAMILIES: Final = (
    "deposit", "card", "credit_line", "mortgage", "loan", "mutual_fund", "uit", "equity", "bond",
    "structured_note", "annuity", "life", "health", "pc_insurance", "advisory", "alternative", "feature",
)  # fmt: skip
FEED_NAMES: Final = (
    "branches", "reps", "assignments", "absences", "registrations", "products", "customers",
    "profile_changes", "accounts", "consents", "transactions", "sales", "referrals", "contacts", "complaints",
    "quotas", "payouts", "campaigns", "discipline", "coverage",
)  # fmt: skip


def column(
    kind: ColumnType,
    name: str,
    doc: str,
    mark: str = "",
    *,
    values: tuple[str, ...] | None = None,
    to: str | None = None,
    besides: tuple[str, ...] = (),
    many: bool = False,
    empty_means: str | None = None,
) -> Column:
    return Column(name, kind, R in mark, K in mark, values, to, doc, besides, many, empty_means)


def text(
    name: str,
    doc: str,
    mark: str = "",
    *,
    to: str | None = None,
    besides: tuple[str, ...] = (),
    many: bool = False,
) -> Column:
    return column(ColumnType.TEXT, name, doc, mark, to=to, besides=besides, many=many)


def one_of(name: str, doc: str, *values: str, mark: str = "", empty_means: str | None = None) -> Column:
    return column(ColumnType.TEXT, name, doc, mark, values=values, empty_means=empty_means)


def date(name: str, doc: str, mark: str = "") -> Column:
    return column(ColumnType.DATE, name, doc, mark)


def timestamp(name: str, doc: str, mark: str = "") -> Column:
    return column(ColumnType.TIMESTAMP, name, doc, mark)


def money(name: str, doc: str, mark: str = "") -> Column:
    return column(ColumnType.MONEY, name, doc, mark)


def boolean(name: str, doc: str) -> Column:
    return column(ColumnType.BOOL, name, doc)


def integer(name: str, doc: str) -> Column:
    return column(ColumnType.INTEGER, name, doc)


def scale(name: str, doc: str) -> Column:
    return column(ColumnType.INTEGER, name, doc, values=SCALE)


def fraction(name: str, doc: str) -> Column:
    return column(ColumnType.FRACTION, name, doc)
