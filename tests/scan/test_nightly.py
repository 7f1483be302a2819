"""A scan after nightly loads sees and finds what a scan of everything loaded at once does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from surveil.alerts.model import AlertDraft
from surveil.config import Workspace
from surveil.engine import open_engine
from surveil.feeds import snapshots
from surveil.feeds.contract import FEEDS
from surveil.feeds.load import load
from surveil.scan import results
from surveil.scan.job import scan

#: What grows by the night, and the column whose day says in which night's extract a row comes.
EVENTS = {
    "transactions": "posted_at",
    "contacts": "at",
    "sales": "sold_at",
    "consents": "captured_at",
    "profile_changes": "changed_at",
}
NIGHTS = 3
CHOSEN = ["CS01", "QB01", "UA01", "UA03", "UN01"]


@pytest.fixture(scope="module")
def pair(firm: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, Workspace]:
    """The same firm loaded at once, and loaded up to three days before the end and then night by night.

    Every night brings the accounts and customers anew: what was closed meanwhile corrects the row of before.
    """
    folder = tmp_path_factory.mktemp("nightly")
    whole, nightly = (Workspace.init(folder / name) for name in ("whole", "by-night"))
    load(whole, firm)
    rows = {file.stem: pd.read_csv(file, dtype=str, keep_default_na=False) for file in firm.glob("*.csv")}
    days = {feed: rows[feed][column].str[:10] for feed, column in EVENTS.items()}
    last = pd.Timestamp(max(days["transactions"]))
    nights = [(last - pd.Timedelta(days=n)).date().isoformat() for n in range(NIGHTS, -1, -1)]
    for number, night in enumerate(nights):
        extract = folder / night
        extract.mkdir()
        for feed, frame in rows.items():
            part = frame
            if feed in EVENTS:
                after = nights[number - 1] if number else ""
                part = frame[(days[feed] > after) & ((days[feed] <= night) | (night == nights[-1]))]
            part = _not_closed_yet(part, night) if feed == "accounts" and night != nights[-1] else part
            part.to_csv(extract / f"{feed}.csv", index=False)
        load(nightly, extract)
    return whole, nightly


def _not_closed_yet(accounts: pd.DataFrame, night: str) -> pd.DataFrame:
    later = accounts["closed_on"] > night
    return accounts.assign(closed_on=accounts["closed_on"].mask(later, ""))


def staged(workspace: Workspace, folder: Path) -> dict[str, pd.DataFrame]:
    folder.mkdir()
    with open_engine(workspace, snapshots.current(workspace), folder=folder) as engine:
        return {feed: engine.feed(feed) for feed in FEEDS}


def test_every_feed_is_the_same(pair: tuple[Workspace, Workspace], tmp_path: Path) -> None:
    whole, nightly = (staged(w, tmp_path / str(n)) for n, w in enumerate(pair))
    assert len(snapshots.current(pair[1]).feeds["accounts"].parts) > 1
    for feed, frame in whole.items():
        pd.testing.assert_frame_equal(frame, nightly[feed], obj=feed)


def test_the_alerts_and_findings_are_the_same(pair: tuple[Workspace, Workspace]) -> None:
    drafts: list[list[AlertDraft]] = []

    def keep(_: object, made: Any) -> dict[str, str]:
        drafts.append(list(made))
        return {draft.fingerprint: draft.fingerprint for draft in made}

    found = []
    for workspace in pair:
        scan(workspace, keep, detector_ids=CHOSEN)
        found.append(results.last_findings(workspace, {}).drop(columns="run_id"))
    assert drafts[0], "the firm has alerts to compare"
    assert drafts[0] == drafts[1]
    pd.testing.assert_frame_equal(*found)
