"""Charges on accounts in question and those that followed on the customer's other accounts, with what was refunded since."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pandas as pd

#: One row per charge. `account_id` is the account in question, `charged_account_id` where it was charged (another one for
#: a `knock_on`), `kind` is fee, interest or knock_on. Amounts in cents; `outstanding_cents` = `cents` - `refunded_cents`.
#: `moved_by` is the transaction that moved money away before a knock-on charge, `after_days` the days in between;
#: `usual` says that the same sum was charged there before as well, so that it is hardly a consequence.
CHARGE_COLUMNS = (
    "account_id", "customer_id", "rep_id", "transaction_id", "charged_account_id", "kind", "day", "cents", "refunded_cents",
    "outstanding_cents", "moved_by", "after_days", "usual",
)  # fmt: skip

#: One row per part of a charge that was given back: the charge by `transaction_id` with its `account_id`, `customer_id`,
#: `usual` and `charged_day`; the refund by `refund_id`, `day` and `cents`.
REFUND_COLUMNS = (
    "account_id", "customer_id", "transaction_id", "usual", "charged_day", "refund_id", "day", "cents",
)  # fmt: skip


def charges(
    accounts: pd.DataFrame, moves: pd.DataFrame, postings: pd.DataFrame, knock_on_days: int, usual_days: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Every charge once (`CHARGE_COLUMNS`), none that its account in question does not explain; and what was given back of
    them (`REFUND_COLUMNS`).

    Args:
        accounts: rows of the model `harm_accounts`; `moves` of `harm_moves`; `postings` of `harm_postings`.
        knock_on_days: how long after money was moved away a charge on that account may be a consequence.
        usual_days: how long before that a charge of the same sum makes it a usual one.
    """
    charged = postings[postings["cents"] < 0].sort_values(["account_id", "day", "transaction_id"])
    charged = charged.assign(cents=-charged["cents"].astype("int64")).reset_index(drop=True)
    parts = _refunds(charged, postings[postings["cents"] > 0])
    charged["refunded_cents"] = parts.groupby("place")["cents"].sum().reindex(charged.index, fill_value=0)
    own = charged["account_id"].isin(accounts["account_id"])
    mine = charged[own]
    on_account = mine.assign(
        charged_account_id=mine["account_id"], moved_by=None, after_days=pd.NA, usual=False
    )
    elsewhere = _knock_on(
        charged[~own & (charged["kind"] == "fee")], moves[moves["cents"] > 0], knock_on_days, usual_days
    )
    made = pd.concat([on_account, elsewhere], ignore_index=True) if len(elsewhere) else on_account
    made = made.merge(accounts[["account_id", "customer_id", "rep_id"]], on="account_id", how="left")
    made["outstanding_cents"] = made["cents"] - made["refunded_cents"]
    made["after_days"] = made["after_days"].astype("Int64")
    ordered = made.sort_values(["account_id", "day", "transaction_id"], ignore_index=True)
    return ordered[list(CHARGE_COLUMNS)], _of_charges(parts, charged, ordered)


def _of_charges(parts: pd.DataFrame, charged: pd.DataFrame, made: pd.DataFrame) -> pd.DataFrame:
    """The parts given back, under the charges they belong to."""
    named = parts.assign(transaction_id=charged["transaction_id"].reindex(parts["place"]).to_numpy())
    whose = made[["transaction_id", "account_id", "customer_id", "usual", "day"]]
    found = named.merge(whose.rename(columns={"day": "charged_day"}), on="transaction_id")
    ordered = found.sort_values(["account_id", "day", "refund_id", "transaction_id"], ignore_index=True)
    return ordered[list(REFUND_COLUMNS)]


def _refunds(charged: pd.DataFrame, refunds: pd.DataFrame) -> pd.DataFrame:
    """How much of each charge, by its `place`, was given back on its account, when and by which refund.

    A refund stands for the latest earlier charge of exactly its sum; one without such a charge is spread over
    earlier fees, latest first. What exceeds them was not for a charge known here and counts for none.
    """
    given = np.zeros(len(charged), dtype=np.int64)
    parts: list[tuple[int, str, int, int]] = []
    by_account: dict[str, list[int]] = defaultdict(list)
    touched = charged[(charged["kind"] == "fee") & charged["account_id"].isin(refunds["account_id"])]
    for place, account in zip(touched.index, touched["account_id"], strict=True):
        by_account[account].append(place)
    day, cents = charged["day"].to_numpy(dtype=np.int64), charged["cents"].to_numpy(dtype=np.int64)
    ordered = refunds.sort_values(["account_id", "day", "transaction_id"])
    listed = zip(*(ordered[name] for name in ("account_id", "transaction_id", "day", "cents")), strict=True)
    for account, refund, on, amount in listed:
        earlier = [i for i in reversed(by_account[account]) if day[i] <= on and given[i] < cents[i]]
        exact = [i for i in earlier if given[i] == 0 and cents[i] == amount]
        left = int(amount)
        for i in exact[:1] or earlier:
            part = min(left, int(cents[i] - given[i]))
            if part:
                parts.append((i, refund, int(on), part))
            given[i] += part
            left -= part
    made = pd.DataFrame(parts, columns=["place", "refund_id", "day", "cents"])
    return made.astype({"place": "int64", "day": "int64", "cents": "int64"})


def _knock_on(
    charged: pd.DataFrame, moved: pd.DataFrame, knock_on_days: int, usual_days: int
) -> pd.DataFrame:
    """Fees on other accounts, each under the account in question that got money from there last before it."""
    if charged.empty or moved.empty:
        return pd.DataFrame()
    before = moved.rename(
        columns={
            "account_id": "in_question",
            "other_account_id": "account_id",
            "transaction_id": "moved_by",
            "day": "moved_day",
        }
    ).sort_values(["moved_day", "in_question", "moved_by"], kind="stable")
    found = pd.merge_asof(
        charged.astype({"day": "int64"}).sort_values("day", kind="stable"),
        before.astype({"moved_day": "int64"})[["in_question", "account_id", "moved_by", "moved_day"]],
        left_on="day",
        right_on="moved_day",
        by="account_id",
        tolerance=knock_on_days,
    )
    found = found[found["in_question"].notna()]
    earlier = charged[["account_id", "cents", "day"]].rename(columns={"day": "earlier_day"})
    pairs = found[["transaction_id", "account_id", "cents", "moved_day"]].merge(
        earlier, on=["account_id", "cents"]
    )
    gap = pairs["moved_day"] - pairs["earlier_day"]
    usual = set(pairs.loc[(gap > 0) & (gap <= usual_days), "transaction_id"])
    return found.assign(
        charged_account_id=found["account_id"],
        account_id=found["in_question"],
        kind="knock_on",
        after_days=found["day"] - found["moved_day"],
        usual=found["transaction_id"].isin(usual),
    ).drop(columns=["in_question", "moved_day"])
