"""The queue filters, sorts, counts and pages in the database, and never looks empty without saying why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveil import desk
from surveil.alerts.alert import Status
from surveil.alerts.dispositions import Disposition
from surveil.alerts.model import Family, Severity
from surveil.desk import Emptiness, QueueFilters, Sort
from surveil.store import Store
from surveil.store.mapping import search_key
from tests.desk.people import ANN, BOB, NOTE, version
from tests.store.support import NOW, draft, later, run


@pytest.fixture
def ids(store: Store) -> dict[str, str]:
    """R1 low, R2 medium, R3 high, R4 critical, R5 low again; R2 is Ann's, R3 Bob's, R5 closed."""
    severities = [*Severity, Severity.LOW]
    drafts = [
        draft(
            number,
            severity=severity,
            score=number / 10,
            family=Family.BURST if number > 3 else Family.UNAUTHORIZED,
            detector="QB01" if number > 3 else "UA01",
            reason=f"R{number} of Āboliņš & Łódź: 100% of 5_5 openings at the period's end",
        )
        for number, severity in enumerate(severities, start=1)
    ]
    kept = desk.record_scan(store, run(1), drafts, NOW)
    ids = {fingerprint.rsplit("|", 1)[1]: alert_id for fingerprint, alert_id in kept.items()}
    desk.take(store, ANN, ids["R2"], later(hours=1))
    desk.take(store, BOB, ids["R3"], later(hours=2))
    desk.decide(
        store, BOB, ids["R5"], Disposition.USEFUL_NO_BREACH, NOTE, later(hours=3), version(store, ids["R5"])
    )
    return ids


def shown(store: Store, filters: QueueFilters | None = None, **more: object) -> Sequence[str]:
    with store.read() as session:
        page = desk.queue(session, ANN, filters, **more)  # type: ignore[arg-type]
        assert page.total >= len(page.alerts)
        return [alert.subject_id for alert in page.alerts]


def test_it_opens_on_mine_or_nobody_s_under_review_most_urgent_first(
    store: Store, ids: dict[str, str]
) -> None:
    assert shown(store, desk.first_look(ANN)) == ["R4", "R2", "R1"]
    assert shown(store, desk.first_look(BOB)) == ["R4", "R3", "R1"]


@pytest.mark.parametrize(
    ("filters", "subjects"),
    [
        (QueueFilters(), {"R1", "R2", "R3", "R4", "R5"}),
        (QueueFilters(status=(Status.CLOSED,)), {"R5"}),
        (QueueFilters(status=(Status.OPEN, Status.IN_REVIEW)), {"R1", "R2", "R3", "R4"}),
        (QueueFilters(severity=(Severity.HIGH, Severity.CRITICAL)), {"R3", "R4"}),
        (QueueFilters(family=(Family.BURST,)), {"R4", "R5"}),
        (QueueFilters(detector=("UA01",)), {"R1", "R2", "R3"}),
        (QueueFilters(branch_id=("B1",)), {"R1", "R4"}),
        (QueueFilters(rep_id=("R2", "R9")), {"R2"}),
        (QueueFilters(assignee=("bob",)), {"R3", "R5"}),
        (QueueFilters(assignee=(desk.NOBODY,)), {"R1", "R4"}),
        (QueueFilters(run_id=("run-2",)), set()),
        (QueueFilters(overdue_on=date(2026, 3, 6)), {"R4"}),
        (QueueFilters(overdue_on=date(2026, 3, 5)), set()),
        (QueueFilters(overdue_on=date(2026, 5, 1)), {"R1", "R2", "R3", "R4"}),
        (QueueFilters(text="ABOLINS r3"), {"R3"}),
        (QueueFilters(text="łódź qb01"), {"R4", "R5"}),
        (QueueFilters(text="100%"), {"R1", "R2", "R3", "R4", "R5"}),
        (QueueFilters(text="5_5"), {"R1", "R2", "R3", "R4", "R5"}),
        (QueueFilters(text="515"), set()),
        (QueueFilters(text="10%0"), set()),
        (QueueFilters(text="%"), {"R1", "R2", "R3", "R4", "R5"}),
        (QueueFilters(text="' OR 1=1 --"), set()),
        (QueueFilters(text="\x00", branch_id=("nul\x00",)), set()),
        (QueueFilters(detector=("UA01",), severity=(Severity.LOW,)), {"R1"}),
    ],
)
def test_filters(store: Store, ids: dict[str, str], filters: QueueFilters, subjects: set[str]) -> None:
    assert set(shown(store, filters)) == subjects


@pytest.mark.parametrize(
    ("sort", "subjects"),
    [
        (Sort.URGENCY, ["R4", "R3", "R2", "R1", "R5"]),
        (Sort.SCORE, ["R5", "R4", "R3", "R2", "R1"]),
        (Sort.DUE, ["R4", "R1", "R3", "R2", "R5"]),
        (Sort.NEWEST, ["R5", "R4", "R3", "R2", "R1"]),
        (Sort.CHANGED, ["R5", "R3", "R2"]),
    ],
)
def test_orders(store: Store, ids: dict[str, str], sort: Sort, subjects: list[str]) -> None:
    assert shown(store, sort=sort)[: len(subjects)] == subjects


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_the_pages_together_hold_every_alert_once_and_in_order(
    store: Store, ids: dict[str, str], size: int
) -> None:
    whole = shown(store)
    pages = -(-len(whole) // size)
    found = [subject for page in range(1, pages + 1) for subject in shown(store, page=page, page_size=size)]
    assert found == whole


def test_a_page_that_is_not_there_gives_the_nearest(store: Store, ids: dict[str, str]) -> None:
    assert shown(store, page=99, page_size=2) == ["R5"]
    assert shown(store, page=-5, page_size=2) == ["R4", "R3"]
    assert len(shown(store, page_size=0)) == 1
    assert len(shown(store, page_size=10**9)) == 5


def test_counts_say_what_another_choice_of_the_same_filter_would_show(
    store: Store, ids: dict[str, str]
) -> None:
    with store.read() as session:
        page = desk.queue(session, ANN, QueueFilters(severity=(Severity.LOW,), detector=("UA01",)))
    assert page.total == 1
    assert page.by_severity == {Severity.LOW: 1, Severity.MEDIUM: 1, Severity.HIGH: 1, Severity.CRITICAL: 0}
    assert page.by_status[Status.OPEN] == 1
    assert page.by_status[Status.CLOSED] == 0


def test_an_empty_page_says_which_kind_of_empty(store: Store) -> None:
    with store.read() as session:
        assert desk.queue(session, ANN).empty is Emptiness.NO_RUN
    desk.record_scan(store, run(1), [], NOW)
    with store.read() as session:
        assert desk.queue(session, ANN).empty is Emptiness.NO_ALERTS
    desk.record_scan(store, run(2), [draft(1)], NOW)
    with store.read() as session:
        assert desk.queue(session, ANN, QueueFilters(text="nothing like it")).empty is Emptiness.NO_MATCH
        assert desk.queue(session, ANN).empty is None
    assert all(kind.sentence.endswith(".") for kind in Emptiness)


def test_choices_of_a_filter_are_those_that_occur(store: Store, ids: dict[str, str]) -> None:
    with store.read() as session:
        assert desk.choices(session, ANN, "detector") == ["QB01", "UA01"]
        assert desk.choices(session, ANN, "assignee") == ["ann", "bob"]


@given(st.text())
def test_searching_is_blind_to_case_accents_and_width(text: str) -> None:
    key = search_key(text)
    assert search_key(key) == key
    assert search_key(text.upper()) == search_key(text.lower()) or "ŉ" in text or not text.isalpha()


@pytest.mark.parametrize(
    ("written", "searched"),
    [("Āboliņš", "abolins"), ("ŁÓDŹ", "lodz"), ("Søren", "SOREN"), ("ＡＢＣ", "abc"), ("Straße", "STRASSE")],
)
def test_names_are_found_however_they_are_typed(written: str, searched: str) -> None:
    assert search_key(searched) in search_key(f"about {written} and others")
