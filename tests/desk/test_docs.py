"""The documentation of desk and trail says what the code does."""

from __future__ import annotations

from pathlib import Path

import pytest

from surveil.alerts.alert import Status
from surveil.alerts.clocks import DECIDE_CALENDAR_DAYS, TAKE_UP_BUSINESS_DAYS
from surveil.alerts.dispositions import NOTE_MIN_LETTERS, Disposition
from surveil.alerts.model import Severity
from surveil.alerts.recurrence import WORSE_ITEMS_MORE, WORSE_ITEMS_RATIO, WORSE_SCORE
from surveil.desk.users import FAILURES_BEFORE_LOCK, LOCK, PASSWORD_MIN_CHARACTERS
from surveil.store.audit import audit_event
from surveil.store.checkpoint import KEY_FILE, KEY_FILE_VARIABLE, KEY_VARIABLE


@pytest.fixture(scope="module")
def desk_page(repository: Path) -> str:
    return " ".join((repository / "docs" / "desk.md").read_text(encoding="utf-8").split())


def test_every_status_and_disposition_is_documented(desk_page: str) -> None:
    for word in (*Status, *Disposition):
        assert f"`{word}`" in desk_page


def test_the_numbers_on_the_page_are_those_of_the_code(desk_page: str) -> None:
    days = TAKE_UP_BUSINESS_DAYS
    assert (
        f"within {days[Severity.CRITICAL]} business day (critical), {days[Severity.HIGH]} (high), "
        f"{days[Severity.MEDIUM]} (medium) or {days[Severity.LOW]} (low)"
    ) in desk_page
    assert f"within {DECIDE_CALENDAR_DAYS} calendar days" in desk_page
    assert f"a score {WORSE_SCORE:.2f} higher" in desk_page
    assert f"at least {WORSE_ITEMS_MORE} items and a quarter more" in desk_page
    assert WORSE_ITEMS_RATIO == 1.25
    assert f"at least {NOTE_MIN_LETTERS} letters" in desk_page
    assert f"at least {PASSWORD_MIN_CHARACTERS} characters" in desk_page
    assert f"locked for {LOCK.total_seconds() / 60:.0f} minutes" in desk_page
    assert FAILURES_BEFORE_LOCK == 5


def test_every_field_of_an_event_and_every_key_setting_is_documented(repository: Path) -> None:
    page = (repository / "docs" / "audit.md").read_text(encoding="utf-8")
    for word in (*audit_event.c.keys(), KEY_FILE.as_posix(), KEY_VARIABLE, KEY_FILE_VARIABLE):
        assert f"`{word}`" in page
    assert "compliant" not in page
