"""A rule's small alerts as one a branch, where a setting says so: fewer alerts, nobody hidden, nothing lost."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveil import desk
from surveil.alerts.model import AlertDraft, Severity, SubjectType
from surveil.alerts.people import SYSTEM, Role, User
from surveil.config import Settings, Workspace
from surveil.desk.listing import export_alerts
from surveil.desk.screen_detectors import gathered_if
from surveil.desk.users import numbers_at_the_desk
from surveil.errors import UsageError
from surveil.feeds.load import load
from surveil.scan import gathering, results
from surveil.scan.gathering import Gathered, check, gather
from surveil.scan.job import scan
from surveil.scan.render import scan_summary
from surveil.store import Store, migrate, open_store
from tests.scan.conftest import NOW
from tests.store.support import draft
from tests.store.support import run as record

RULE: dict[str, Any] = {"detector": "CS01", "severity": Severity.LOW, "p_value": None, "q_value": None}


def small(number: int, **changes: Any) -> AlertDraft:
    """A rule's small alert about R<number>, who is in branch B<number % 3>."""
    return draft(
        number, **(RULE | {"item_count": number, "reason": f"No licence: {number} items."} | changes)
    )


def test_small_alerts_of_a_branch_become_one_that_counts_and_names_them() -> None:
    found = gather([small(n) for n in (1, 4, 7, 3, 2)], {"CS01"}, (), 0.1)
    one = next(d for d in found.drafts if d.subject_type is SubjectType.BRANCH)
    assert (one.subject_id, one.branch_id, one.rep_id, one.severity) == ("B1", "B1", None, Severity.LOW)
    assert one.item_count == 12
    assert one.reason == (
        "No licence: 12 items of 3 representatives of branch B1, few of each (R7 7, R4 4, R1 1)."
    )
    assert sorted(d.subject_id for d in found.drafts) == ["B1", "R2", "R3"], "one alone stays what it is"
    assert found.counts == {"CS01": (3, 1)}


@pytest.mark.parametrize(
    ("changes", "apart"),
    [
        ({"severity": Severity.HIGH}, ()),
        ({"p_value": 0.001, "q_value": 0.05}, ()),
        ({"item_count": 0}, ()),
        ({"branch_id": None}, ()),
        ({"detector": "CS02"}, ()),
        ({"subject_type": SubjectType.CUSTOMER}, ()),
        ({}, ("R7",)),
    ],
)
def test_whoever_stands_out_or_is_at_the_desk_himself_stays_single(
    changes: dict[str, Any], apart: tuple[str, ...]
) -> None:
    found = gather([small(1), small(4), small(7, **changes)], {"CS01"}, apart, 0.1)
    assert {d.subject_id for d in found.drafts} == {"B1", "R7"}
    assert "R7" not in next(d.reason for d in found.drafts if d.subject_id == "B1")


@given(
    st.lists(
        st.tuples(st.integers(0, 60), st.sampled_from(Severity)), max_size=30, unique_by=lambda one: one[0]
    )
)
def test_no_item_is_lost_and_nothing_counted_twice(made: list[tuple[int, Severity]]) -> None:
    drafts = [small(number, severity=severity) for number, severity in made]
    found = gather(drafts, {"CS01"}, (), 0.1)
    assert sum(d.item_count for d in found.drafts) == sum(d.item_count for d in drafts)
    assert len({d.fingerprint for d in found.drafts}) == len(found.drafts) <= len(drafts)
    gone = {d.fingerprint for d in drafts} - {d.fingerprint for d in found.drafts}
    assert gone == set(found.into)
    assert [d.score for d in found.drafts] == sorted((d.score for d in found.drafts), reverse=True)


def test_without_the_setting_nothing_changes() -> None:
    drafts = [small(7), small(4), small(1)]
    assert gather(drafts, (), (), 0.1) == Gathered(drafts, {}, {})


@pytest.mark.parametrize("name", ["XX99", "UA17", "CT02"])
def test_a_detector_that_lists_no_breaches_of_representatives_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match=name):
        check({name: "branch"})


def test_a_scan_gathers_and_every_item_is_found_from_the_alert(
    firm: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    feeds = shutil.copytree(firm, tmp_path / "feeds")
    registered = pd.read_csv(feeds / "registrations.csv", dtype=str, keep_default_na=False)
    registered[registered["rep_id"].str[-1] > "4"].to_csv(feeds / "registrations.csv", index=False)
    workspace = Workspace.init(tmp_path / "ws")
    settings = workspace.path / "surveil.toml"
    settings.write_text(settings.read_text() + '\n[gather]\nCS01 = "branch"\nCS02 = "branch"\n')
    workspace = Workspace.open(workspace.path)
    load(workspace, feeds)
    migrate(workspace.database_url)
    store = open_store(workspace.database_url)
    # So small a firm has no two single breaches in one branch.
    monkeypatch.setattr(gathering, "may_be_gathered", lambda draft, _: draft.item_count > 0)
    result = scan(
        workspace, lambda run, found: desk.record_scan(store, run, found, NOW), detector_ids=["CS01", "CS02"]
    )
    with store.read() as session:
        rows = {row["alert_id"]: row for row in export_alerts(session, SYSTEM)}
    together = {key: row for key, row in rows.items() if row["subject_type"] == "branch"}
    assert together
    told = result.run.coverage["gathered"]
    assert sum(one["as"] for one in told.values()) == len(together)
    assert "stand together as" in scan_summary(result)
    items = results.last_findings(workspace, {})
    for alert_id, row in rows.items():
        assert (items["alert_id"] == alert_id).sum() == row["item_count"]
    assert items.loc[items["alert_id"].isin(together), "rep_id"].nunique() > len(together)
    store.close()


def test_who_may_look_himself_and_whom_he_reports_to_are_told_apart(sqlite_store: Store) -> None:
    desk.create_user(sqlite_store, SYSTEM, "sue", Role.SUPERVISOR, NOW, rep_id="R7")
    desk.set_scope(sqlite_store, SYSTEM, "sue", NOW, branches=["B1"], reports_to=["R1"])
    with sqlite_store.read() as session:
        session.narrow(SYSTEM)
        assert numbers_at_the_desk(session) == {"R1", "R7"}


def test_before_it_is_set_the_desk_tells_what_it_would_do(sqlite_store: Store) -> None:
    drafts = [small(n, severity=Severity.MEDIUM) for n in (1, 4, 7, 2, 5, 3)]
    drafts += [small(10, severity=Severity.HIGH), small(13, q_value=0.01, p_value=1e-5)]
    desk.record_scan(sqlite_store, record(1), drafts, NOW)
    with sqlite_store.read() as session:
        told = gathered_if(session, User("ann", Role.OFFICER), Settings(), "CS01")
        assert told == (6, 3) == (6, len(gather(drafts[:6], {"CS01"}, (), 0.1).drafts))
        for settings, name in ((Settings(gather={"CS01": "branch"}), "CS01"), (Settings(), "UA17")):
            assert gathered_if(session, User("ann", Role.OFFICER), settings, name) is None
