"""What accounts in question cost their customers, on firms small enough to count by hand."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveil.config import Workspace
from surveil.engine import open_engine
from surveil.errors import UsageError
from surveil.harm import Harm, Rules, assess, charges, held, interest_on, measure
from tests.detectors.firm import snapshot_of

FIRM: dict[str, list[dict[str, Any]]] = {
    "reps": [{"rep_id": "r1", "name": "R", "role": "banker", "hired_on": "2014-01-01"}],
    "products": [{"product_code": "CHK", "name": "Checking", "family": "deposit"}],
    "customers": [{"customer_id": c, "name": c, "created_on": "2014-01-01"} for c in ("c1", "c2")],
    "coverage": [{"feed": "transactions", "covers_from": "2016-01-01", "covers_to": "2016-12-31"}],
}


def account(name: str, customer: str = "c1", opened: str = "2016-03-01", **more: Any) -> dict[str, Any]:
    given = {"product_code": "CHK", "opened_at": opened, "channel": "branch", "opened_by": "r1"}
    return {"account_id": name, "customer_id": customer, **given, **more}


ACCOUNTS = [
    account("q"), account("own", opened="2015-01-01"), account("other", "c2"),
    account("joint", "c2", "2015-01-01", co_owners="c9;c1"),
]  # fmt: skip


def posting(
    name: str, on: str, account_id: str, amount: float, kind: str, other: str | None = None
) -> dict[str, Any]:
    row = {"transaction_id": name, "account_id": account_id, "posted_at": on, "kind": kind, "amount": amount}
    return {**row, "counterparty_account_id": other} if other else row


def transfer(name: str, on: str, source: str, target: str, amount: float) -> list[dict[str, Any]]:
    return [
        posting(f"{name}-out", on, source, -amount, "transfer_out", target),
        posting(f"{name}-in", on, target, amount, "transfer_in", source),
    ]


def harm_of(
    transactions: list[dict[str, Any]], folder: Path, wanted: Iterable[str] = ("q",), **more: Any
) -> Harm:
    workspace = Workspace.init(folder / "workspace")
    feeds = {**FIRM, "accounts": ACCOUNTS, "transactions": transactions, **more}
    as_of = 17_166  # 2016-12-31
    with open_engine(workspace, snapshot_of(feeds, folder), as_of) as engine:
        return measure(engine, wanted)


def test_a_fee_counts_less_what_was_given_back(tmp_path: Path) -> None:
    harm = harm_of(
        [
            posting("f1", "2016-04-01", "q", -12, "fee"),
            posting("f2", "2016-05-01", "q", -12, "fee"),
            posting("f3", "2016-05-02", "q", -35, "fee"),
            posting("back", "2016-05-09", "q", 35, "fee_refund"),
            posting("elsewhere", "2016-05-09", "other", -35, "fee"),
        ],
        tmp_path,
    )
    row = harm.by_account.set_index("account_id").loc["q"]
    assert (row["fee_cents"], row["refunded_cents"], row["outstanding_cents"]) == (5_900, 3_500, 2_400)
    refunded = harm.charges.set_index("transaction_id")["refunded_cents"]
    assert refunded.to_dict() == {"f1": 0, "f2": 0, "f3": 3_500}
    (given,) = harm.refunds.to_dict("records")
    assert (given["transaction_id"], given["refund_id"], given["cents"]) == ("f3", "back", 3_500)
    assert given["day"] - given["charged_day"] == 7
    assert harm.by_customer.set_index("customer_id").loc["c1", "outstanding_cents"] == 2_400
    assert not harm.not_known


def test_a_charge_that_followed_from_moved_money_is_found_on_the_other_account(tmp_path: Path) -> None:
    harm = harm_of(
        [
            *transfer("t", "2016-03-10", "own", "q", 100),
            posting("overdrawn", "2016-03-14", "own", -35, "fee"),
            posting("later", "2016-03-21", "own", -35, "fee"),
            posting("before", "2016-03-09", "own", -20, "fee"),
        ],
        tmp_path,
    )
    found = harm.charges
    assert found["transaction_id"].tolist() == ["overdrawn"]
    row = found.iloc[0]
    assert (row["kind"], row["account_id"], row["charged_account_id"]) == ("knock_on", "q", "own")
    assert (row["after_days"], row["moved_by"], bool(row["usual"])) == (4, "t-in", False)
    assert harm.by_account.loc[0, "knock_on_cents"] == 3_500


@pytest.mark.parametrize(("on", "knock_on"), [("2016-03-20", True), ("2016-03-21", False)])
def test_the_reach_of_a_consequence_ends_after_ten_days(on: str, knock_on: bool, tmp_path: Path) -> None:
    moved = transfer("t", "2016-03-10", "own", "q", 100)
    harm = harm_of([*moved, posting("fee", on, "own", -35, "fee")], tmp_path)
    assert (len(harm.charges) == 1) is knock_on


def test_a_monthly_fee_that_was_charged_before_is_no_consequence(tmp_path: Path) -> None:
    harm = harm_of(
        [
            posting("february", "2016-02-12", "own", -12, "fee"),
            *transfer("t", "2016-03-10", "own", "q", 100),
            posting("march", "2016-03-12", "own", -12, "fee"),
        ],
        tmp_path,
    )
    assert harm.charges["usual"].tolist() == [True]
    assert harm.by_account.loc[0, "knock_on_cents"] == 0


def test_money_of_others_has_no_consequences(tmp_path: Path) -> None:
    harm = harm_of(
        [*transfer("t", "2016-03-10", "other", "q", 100), posting("f", "2016-03-12", "other", -35, "fee")],
        tmp_path,
    )
    assert harm.charges.empty
    assert harm.held.empty


def test_a_joint_owners_account_is_the_customers_too(tmp_path: Path) -> None:
    harm = harm_of(
        [*transfer("t", "2016-03-10", "joint", "q", 100), posting("f", "2016-03-12", "joint", -35, "fee")],
        tmp_path,
    )
    assert harm.charges["transaction_id"].tolist() == ["f"]


@pytest.mark.parametrize("sides", [(0,), (1,), (0, 1)])
def test_a_transfer_counts_once_whichever_side_tells_it(sides: tuple[int, ...], tmp_path: Path) -> None:
    moved = transfer("t", "2016-03-10", "own", "q", 100)
    back = transfer("b", "2016-03-20", "q", "own", 60)
    harm = harm_of([moved[i] for i in sides] + [back[1 - i] for i in sides], tmp_path)
    spells = harm.held[["cents", "ended"]].to_dict("records")
    assert spells == [{"cents": 10_000, "ended": "moved"}, {"cents": 4_000, "ended": "open"}]
    # Ten days of a hundred dollars; forty from 20 March to 31 December, both included.
    assert harm.by_account.loc[0, "cent_days"] == 10_000 * 10 + 4_000 * 287


def test_interest_charged_is_harm_and_interest_paid_is_not(tmp_path: Path) -> None:
    harm = harm_of(
        [posting("i", "2016-06-30", "q", -3.21, "interest"), posting("p", "2016-09-30", "q", 5, "interest")],
        tmp_path,
    )
    assert harm.charges[["kind", "cents"]].to_dict("records") == [{"kind": "interest", "cents": 321}]


def test_what_is_not_known_is_told(tmp_path: Path) -> None:
    accounts = [account("q"), account("old", opened="2015-06-01"), account("shut", closed_on="2016-05-01")]
    harm = harm_of([], tmp_path, ("q", "old", "nobody", "shut"), accounts=accounts)
    assert set(harm.not_known) == {"old", "nobody"}
    assert "part" in harm.not_known["old"]
    assert harm.by_account["account_id"].tolist() == ["old", "q", "shut"]
    assert harm.by_account["outstanding_cents"].sum() == 0


@pytest.mark.parametrize(("end", "known"), [("2016-12-28", True), ("2016-12-27", False)])
def test_an_extract_that_ends_days_before_is_told(end: str, known: bool, tmp_path: Path) -> None:
    spans = [{"feed": "transactions", "covers_from": "2016-01-01", "covers_to": end}]
    assert (not harm_of([], tmp_path, coverage=spans).not_known) is known


def test_an_engine_measures_one_list_of_accounts(tmp_path: Path) -> None:
    workspace = Workspace.init(tmp_path / "workspace")
    snapshot = snapshot_of({**FIRM, "accounts": ACCOUNTS, "transactions": []}, tmp_path)
    with open_engine(workspace, snapshot) as engine:
        measure(engine, ["q"])
        with pytest.raises(UsageError, match="questioned"):
            measure(engine, ["own"])


def test_interest_is_rounded_half_up() -> None:
    assert interest_on(10_000 * 365, 50_000) == 500  # 100.00 for a year at 5 %
    assert interest_on(365, 500_000) == 1  # half a cent
    assert interest_on(364, 500_000) == 0
    with pytest.raises(ValueError, match="negative"):
        interest_on(-1, 50_000)


def frames(
    moves: list[tuple[int, int]], postings: list[tuple[int, str, int]], where: str
) -> dict[str, pd.DataFrame]:
    accounts = pd.DataFrame(
        {
            "account_id": ["q"], "customer_id": ["c"], "co_owners": [None], "rep_id": ["r"], "product_code": ["P"],
            "opened_day": [0], "closed_day": pd.array([None], "Int64"), "covered_from": [0], "covered_to": [99],
        }
    )  # fmt: skip
    return {
        "harm_accounts": accounts,
        "harm_moves": pd.DataFrame(
            [(f"m{i:03}", "q", "own", day, cents) for i, (day, cents) in enumerate(moves)],
            columns=["transaction_id", "account_id", "other_account_id", "day", "cents"],
        ).astype({"day": "int64", "cents": "int64"}),
        "harm_postings": pd.DataFrame(
            [(f"p{i:03}", where, kind, day, cents) for i, (day, kind, cents) in enumerate(postings)],
            columns=["transaction_id", "account_id", "kind", "day", "cents"],
        ).astype({"day": "int64", "cents": "int64"}),
    }


MOVES = st.lists(st.tuples(st.integers(0, 90), st.integers(-500, 500).filter(bool)), max_size=8)
POSTINGS = st.lists(
    st.one_of(
        st.tuples(st.integers(0, 90), st.just("fee"), st.integers(-9, -1)),
        st.tuples(st.integers(0, 90), st.just("interest"), st.integers(-9, -1)),
        st.tuples(st.integers(0, 90), st.just("fee_refund"), st.integers(1, 30)),
    ),
    max_size=12,
)


@settings(max_examples=40)
@given(MOVES, POSTINGS, st.sampled_from(["q", "own"]))
def test_no_cent_is_counted_twice_or_lost(
    moves: list[tuple[int, int]], postings: list[tuple[int, str, int]], where: str
) -> None:
    measured = frames(moves, postings, where)
    harm = assess(["q"], measured, 99, Rules())
    charged = harm.charges
    assert charged["transaction_id"].is_unique
    assert (charged["refunded_cents"].between(0, charged["cents"])).all()
    assert charged["refunded_cents"].sum() <= sum(c for _, kind, c in postings if kind == "fee_refund")
    given = harm.refunds.groupby("transaction_id")["cents"].sum()
    refunded = charged.set_index("transaction_id")["refunded_cents"]
    assert refunded[refunded > 0].to_dict() == given.to_dict()
    assert (harm.refunds["day"] >= harm.refunds["charged_day"]).all()
    assert (harm.refunds["cents"] > 0).all()
    counted = charged[~charged["usual"].astype(bool)]
    assert harm.by_account["outstanding_cents"].sum() == counted["outstanding_cents"].sum()
    if where == "q":
        assert charged["cents"].sum() == -sum(c for _, _, c in postings if c < 0)
    # A balance cannot be more than all that came in, nor lie longer than from the first day to the last.
    came = sum(c for _, c in moves if c > 0)
    assert (harm.held["cents"] <= came).all()
    assert (harm.held["cents"] > 0).all()
    assert harm.by_account["cent_days"].sum() == harm.held["cent_days"].sum() <= came * 100


@settings(max_examples=40)
@given(MOVES, POSTINGS, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(
    moves: list[tuple[int, int]], postings: list[tuple[int, str, int]], random: Any
) -> None:
    measured = frames(moves, postings, "own")
    mixed = {
        name: rows.sample(frac=1, random_state=random.randrange(1000)) for name, rows in measured.items()
    }
    for one, other in zip(_parts(measured), _parts(mixed), strict=True):
        pd.testing.assert_frame_equal(one, other)


def _parts(measured: dict[str, pd.DataFrame]) -> list[pd.DataFrame]:
    accounts, moves, postings = measured["harm_accounts"], measured["harm_moves"], measured["harm_postings"]
    return [*charges(accounts, moves, postings, 10, 100), held(accounts, moves, 99)]
