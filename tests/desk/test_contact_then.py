"""Customers are asked over the contact data from before a change in question, masked until revealed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from surveil import desk
from surveil.alerts.errors import NotFound
from surveil.desk import Revealed
from surveil.desk.firm_rows import FirmRows
from surveil.errors import UsageError
from surveil.feeds.load import load
from tests.desk.firm import firm

WHEN = datetime(2026, 2, 1, 12, tzinfo=UTC)
CHANGES = (
    "change_id,customer_id,field,old_value,new_value,changed_at,changed_by\n"
    "H1,C1,email,first@example.org,old@example.org,2025-05-01T10:00:00,customer\n"
    "H2,C1,email,old@example.org,made@example.org,2026-02-03T10:00:00,R1\n"
    "H3,C1,email,made@example.org,new@example.org,2026-02-20T10:00:00,R1\n"
    "H4,C1,phone,,+12025550199,2026-02-03T10:01:00,R1\n"
    "H5,C2,email,x@example.org,y@example.org,2026-02-03T10:00:00,R1\n"
)
SEEN = Revealed("A-1", "contact of C1", "ann")


def test_later_changes_are_taken_back_in_their_order(tmp_path: Path) -> None:
    rows = FirmRows(firm(tmp_path, profile_changes=CHANGES))
    contact = desk.contact_then(rows, "C1", WHEN, SEEN)
    assert contact.values["email"] == "old@example.org"
    assert contact.values["phone"] is None, "none was on record then"
    assert contact.values["address_line"] == "9 New Road"
    assert contact.changed == ("email", "phone")
    before_all = desk.contact_then(rows, "C1", datetime(2024, 1, 1, tzinfo=UTC), SEEN)
    assert before_all.values["email"] == "first@example.org"


def test_without_a_history_whether_they_changed_is_not_known(tmp_path: Path) -> None:
    contact = desk.contact_then(FirmRows(firm(tmp_path)), "C1", WHEN, SEEN)
    assert contact.values["email"] == "new@example.org"
    assert contact.changed is None


@pytest.mark.parametrize("revealed", [None, Revealed("A-1", "contact of C2", "ann")])
def test_they_are_masked_unless_revealed_for_this_customer(tmp_path: Path, revealed: Revealed | None) -> None:
    shown = desk.contact_then(FirmRows(firm(tmp_path, profile_changes=CHANGES)), "C1", WHEN, revealed)
    told = str(shown.values)
    for secret in ("Bērziņa", "old@", "New Road", "5550199"):
        assert secret not in told


def test_a_customer_who_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    rows = FirmRows(firm(tmp_path))
    with pytest.raises(NotFound):
        desk.contact_then(rows, "C9", WHEN)
    with pytest.raises(UsageError, match="not handed over"):
        rows.find("complaints", "rep_id", ["R1"])


def test_a_later_load_corrects_a_row_and_the_earlier_snapshot_stays_readable(tmp_path: Path) -> None:
    workspace = firm(tmp_path, complaints=(
        "complaint_id,customer_id,received_on,rep_id\nK1,C1,2026-01-05,R1\nK2,C1,2026-01-06,R1\n"
    ))  # fmt: skip
    later = tmp_path / "later"
    later.mkdir()
    text = "complaint_id,customer_id,received_on,rep_id\nK1,C1,2026-01-05,R2\n"
    (later / "complaints.csv").write_text(text, encoding="utf-8")
    load(workspace, later)
    assert [row["complaint_id"] for row in FirmRows(workspace).find("complaints", "rep_id", ["R1"])] == ["K2"]
    assert [row["complaint_id"] for row in FirmRows(workspace).find("complaints", "rep_id", ["R2"])] == ["K1"]
    assert len(FirmRows(workspace, 1).find("complaints", "rep_id", ["R1"])) == 2
    early = FirmRows(workspace, as_of=date(2026, 1, 5)).find("complaints", "customer_id", ["C1"])
    assert [(row["complaint_id"], row["received_on"]) for row in early] == [("K1", date(2026, 1, 5))]
