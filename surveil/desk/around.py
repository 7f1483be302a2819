"""What happened around an alert's items: what the feeds say of the same customers, accounts and people in that time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from surveil.alerts.alert import Alert
from surveil.alerts.runs import RunRecord
from surveil.config import Workspace
from surveil.desk.evidence import evidence
from surveil.desk.firm_rows import FirmRows
from surveil.errors import SurveilError
from surveil.feeds.contract import FEEDS

BEFORE, AFTER = timedelta(days=30), timedelta(days=60)
ITEMS_MAX = 200
"""Items looked around; those with the highest scores."""
HAPPENINGS_MAX = 2_000
_BY_CUSTOMER = ("accounts", "profile_changes", "contacts", "sales", "referrals", "complaints")
_BY_ACCOUNT = ("consents", "transactions")
_BY_PERSON = ("absences", "quotas", "payouts", "discipline")


@dataclass(frozen=True)
class Happening:
    """One row of a feed on a day; `item` says that it is one of the alert's own items. No personal data are in it."""

    day: date
    feed: str
    key: str
    customer_id: str | None
    account_id: str | None
    rep_id: str | None
    item: bool


@dataclass(frozen=True)
class Around:
    """Happenings in the order of their days. `unknown` are feeds that were not handed over; `left_out` says in words what
    was too much, `problem` why there is nothing at all.
    """

    happenings: tuple[Happening, ...]
    unknown: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    problem: str | None = None


def around(workspace: Workspace, alert: Alert, run: RunRecord | None) -> Around:
    """All that is known of the customers, accounts and the representative behind an alert, from 30 days before its first
    item to 60 days after its last, in the data its run saw and as of that run's day.
    """
    found = evidence(workspace.runs_dir, alert, limit=ITEMS_MAX)
    days = [date.fromisoformat(str(row["at"])[:10]) for row in found.rows if row.get("at")]
    if run is None or not days:
        return Around((), problem=found.problem or "None of the items has a day to look around.")
    load = run.manifest.get("snapshot", {}).get("load")
    try:
        rows = FirmRows(workspace, None if load is None else int(load), date.fromisoformat(run.as_of))
        happened = list(_happened(rows, found.rows, alert, (min(days) - BEFORE, max(days) + AFTER)))
    except SurveilError as error:
        return Around((), problem=f"The data the run saw can't be read: {error}")
    happened.sort(key=lambda one: (not one.item, one.day, one.feed, one.key))
    kept = sorted(happened[:HAPPENINGS_MAX], key=lambda one: (one.day, one.feed, one.key))
    left_out = []
    if found.total is not None and found.total > len(found.rows):
        left_out.append(
            f"Looked around the {len(found.rows):,} of {found.total:,} items with the highest scores."
        )
    if len(happened) > len(kept):
        left_out.append(f"{len(kept):,} of {len(happened):,} happenings are shown.")
    unknown = [feed for feed in (*_BY_CUSTOMER, *_BY_ACCOUNT, *_BY_PERSON) if not rows.present(feed)]
    return Around(tuple(kept), tuple(unknown), tuple(left_out))


def by_day(happenings: Collection[Happening]) -> list[tuple[date, str, bool, int]]:
    """(day, feed, whether items of the alert, how many), in order."""
    counts = Counter((one.day, one.feed, one.item) for one in happenings)
    return [(*key, count) for key, count in sorted(counts.items())]


def _happened(
    rows: FirmRows, items: Collection[dict[str, Any]], alert: Alert, between: tuple[date, date]
) -> Iterator[Happening]:
    own = {(str(row["feed"]), str(row["key"])) for row in items}
    sought = (
        (_BY_CUSTOMER, "customer_id", {str(row["customer_id"]) for row in items if row.get("customer_id")}),
        (_BY_ACCOUNT, "account_id", {str(row["account_id"]) for row in items if row.get("account_id")}),
        (_BY_PERSON, "rep_id", {alert.rep_id} if alert.rep_id else set()),
    )
    for feeds, column, values in sought:
        for feed in feeds:
            if not rows.present(feed):
                continue
            for row in rows.find(feed, column, values):
                one = _told(feed, row, own)
                if one is not None and between[0] <= one.day <= between[1]:
                    yield one


def _told(feed: str, row: dict[str, Any], own: Collection[tuple[str, str]]) -> Happening | None:
    """The row as a happening; None where its day is not known."""
    contract = FEEDS[feed]
    at = row[str(contract.event)]
    if at is None:
        return None
    key = " ".join(str(row[name]) for name in contract.key)
    return Happening(
        day=at.date() if isinstance(at, datetime) else at,
        feed=feed,
        key=key,
        customer_id=row.get("customer_id"),
        account_id=row.get("account_id"),
        rep_id=row.get("rep_id"),
        item=(feed, key) in own,
    )
