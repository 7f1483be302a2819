"""A supervisor sees his own people against their peers, what is not known of them, and signs a review of each."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveil import desk
from surveil.alerts.dispositions import Disposition, Outcome
from surveil.alerts.errors import NotAllowed, NotFound, Unacceptable
from surveil.alerts.model import Severity
from surveil.alerts.people import Role, User
from surveil.alerts.supervision import Method, ReviewOutcome, last_quarter, quarter_of, review_due
from surveil.config import Workspace
from surveil.store import Store
from surveil.store.verification import verify
from tests.desk.firm import firm, rank
from tests.desk.people import ADMINISTRATOR, ANN, AUDITOR, BOB, NOTE, SUE, version
from tests.store.support import NOW, draft, later, run

TODAY = NOW.date()
REPS = (
    "rep_id,name,role,hired_on,terminated_on\nR1,A,banker,2020-01-01,\nR2,B,banker,2020-01-01,\nR4,D,teller,2020-01-01,\n"
    "R7,G,banker,2020-01-01,2026-01-01\nR9,I,manager,2020-01-01,\n"
)
ASSIGNMENTS = (
    "rep_id,start_on,end_on,branch_id,supervisor_id\nR1,2020-01-01,,B1,R9\nR2,2020-01-01,,B2,R9\n"
    "R4,2020-01-01,2025-12-31,B2,\nR4,2026-01-01,,B1,R9\nR7,2020-01-01,,B1,R9\nR9,2020-01-01,,B1,\n"
)
REGISTRATIONS = (
    "rep_id,qualification,jurisdiction,granted_on,ended_on,status\nR1,S6,US,2020-01-01,2026-04-15,active\n"
    "R1,S63,NY,2020-01-01,2026-04-15,active\nR1,S63,NY,2026-04-15,,active\nR4,SIE,US,2020-01-01,2027-01-01,active\n"
)
COMPLAINTS = "complaint_id,customer_id,received_on,rep_id\nK1,C1,2026-02-01,R1\nK2,C1,2024-02-01,R1\nK3,C1,2026-02-01,R2\n"
QUARTER = (date(2025, 10, 1), date(2025, 12, 31))


@pytest.fixture
def bank(tmp_path: Path) -> Workspace:
    made = firm(
        tmp_path, reps=REPS, assignments=ASSIGNMENTS, registrations=REGISTRATIONS, complaints=COMPLAINTS
    )
    rank(made, ("R2", 0.9, True), ("R1", 0.8, True), ("R4", 0.5, False), ("R9", 0.1, False))
    return made


@pytest.fixture
def worked(sqlite_store: Store) -> Store:
    """R1 and R4 have open alerts, R1 also one closed as a false alarm; found by two scans."""
    store = sqlite_store
    drafts = [
        draft(1, severity=Severity.MEDIUM),
        draft(4, severity=Severity.LOW),
        draft(2),
        draft(1, detector="UA03", severity=Severity.LOW, score=0.2),
    ]
    ids = desk.record_scan(store, run(1), drafts, NOW)
    desk.record_scan(store, run(2), [draft(1, severity=Severity.MEDIUM, score=0.7)], later(days=1))
    closed = ids["UA03|rep|R1"]
    desk.decide(
        store, ANN, closed, Disposition.FALSE_POSITIVE_EXPLAINED, NOTE, later(days=1), version(store, closed)
    )
    return store


def look(store: Store, bank: Workspace, user: User = SUE, day: date = TODAY, branch: str = "") -> desk.Team:
    with store.read() as session:
        return desk.team(session, user, bank, day, branch)


def sign(store: Store, bank: Workspace, rep: str = "R1", user: User = SUE, **changes: object) -> str:
    values: dict[str, object] = {
        "quarter_end": QUARTER[1],
        "method": Method.FILES_READ,
        "looked_at": "Ten openings of October with their consents.",
        "findings": "All consents there, two late by a day.",
        "outcome": ReviewOutcome.NO_CONCERN,
        "now": NOW,
    } | changes
    return desk.sign_review(store, user, bank, rep, **values)  # type: ignore[arg-type]


def test_his_people_are_those_of_his_branch_today_without_himself_and_who_left(
    worked: Store, bank: Workspace
) -> None:
    sue = User("sue", Role.SUPERVISOR, rep_id="R9", branches=frozenset({"B1"}))
    assert [member.rep_id for member in look(worked, bank, sue).members] == ["R1", "R4"]
    named = User("tom", Role.SUPERVISOR, reps=frozenset({"R2"}))
    assert [member.rep_id for member in look(worked, bank, named).members] == ["R2"]
    assert look(worked, bank, User("new", Role.SUPERVISOR)).members == ()
    assert [member.rep_id for member in look(worked, bank, ANN, branch="B2").members] == ["R2"]
    assert look(worked, bank, SUE, branch="B2").members == (), "not his branch"
    with pytest.raises(NotAllowed):
        look(worked, bank, ADMINISTRATOR)


def test_each_is_shown_against_his_peers_over_time_with_licences_and_complaints(
    worked: Store, bank: Workspace
) -> None:
    first, second, third = look(worked, bank).members
    assert (first.rep_id, second.rep_id, third.rep_id) == ("R1", "R4", "R9")
    place = first.ranked
    assert place is not None
    assert (place.rank, place.ranked, place.peer_rank, place.peers) == (2, 4, 2, 2)
    assert (place.score, place.flagged) == (0.8, True)
    assert place.drivers == ("5 of 9 openings without consent", "opened at night")
    assert place.adds_up.startswith("UA01 3.00 + QB04 1.70 = 4.70 points, score 0.61")
    assert (first.open_alerts, first.worst_open) == (1, Severity.MEDIUM)
    assert first.outcomes == {Outcome.FALSE_ALARM: 1}
    assert first.trend == (("2026-03-01", pytest.approx(0.501)), ("2026-03-02", 0.7))
    assert first.lapsing is not None
    assert [(item.qualification, item.ends_on) for item in first.lapsing] == [("S6", date(2026, 4, 15))]
    assert (first.complaints, second.complaints, second.lapsing) == (1, 0, ())


def test_what_was_not_handed_over_is_not_known_and_said(worked: Store, tmp_path: Path) -> None:
    bare = firm(tmp_path, reps=REPS)
    team = look(
        worked, bare, User("tom", Role.SUPERVISOR, reps=frozenset({"R1"}), branches=frozenset({"B1"}))
    )
    (member,) = team.members
    assert (member.complaints, member.ranked, member.lapsing) == (None, None, None)
    told = " ".join(team.unknown)
    for word in ("assignments", "registrations", "Complaints", "ranking"):
        assert word in told


def test_complaints_are_counted_up_to_where_the_data_end_and_not_called_none_after_that(
    worked: Store, tmp_path: Path
) -> None:
    coverage = "feed,scope,covers_from,covers_to\ncomplaints,,2023-01-01,2026-02-28\n"
    feeds = {"reps": REPS, "assignments": ASSIGNMENTS, "complaints": COMPLAINTS}
    stated = firm(tmp_path / "stated", **feeds, coverage=coverage)
    silent = firm(tmp_path / "silent", **feeds)
    for bank in (stated, silent):
        team = look(worked, bank, day=date(2028, 3, 1))
        assert {member.rep_id: member.complaints for member in team.members}["R1"] == 1
        assert any("after 2026-02-01" in sentence for sentence in team.unknown)
    assert not any("data end" in sentence for sentence in look(worked, stated, day=date(2026, 3, 1)).unknown)


def test_a_review_is_signed_once_with_who_whom_what_when_how_and_the_figures_seen(
    worked: Store, bank: Workspace
) -> None:
    sign(worked, bank)
    with worked.read() as session:
        (review,) = desk.reviews(session, AUDITOR)
    assert (review.signed_by, review.rep_id, review.signed_at, review.method) == (
        "sue",
        "R1",
        NOW,
        Method.FILES_READ,
    )
    assert (review.period_start, review.period_end) == QUARTER
    assert review.figures["ranked"]["peer_rank"] == 2
    assert review.figures["complaints"] == 1
    assert look(worked, bank).members[0].review == review
    with pytest.raises(Unacceptable, match="signed already"):
        sign(worked, bank)
    assert verify(worked.engine).ok


def test_what_nobody_signed_in_time_is_overdue(worked: Store, bank: Workspace) -> None:
    in_time = look(worked, bank, day=date(2026, 1, 30))
    assert (in_time.quarter, in_time.due_on, in_time.overdue) == (QUARTER, date(2026, 1, 30), ())
    assert look(worked, bank, day=date(2026, 1, 31)).overdue == ("R1", "R4", "R9")
    sign(worked, bank)
    assert look(worked, bank).overdue == ("R4", "R9")


def test_nobody_signs_for_himself_upwards_or_for_somebody_else_s_people(
    worked: Store, bank: Workspace
) -> None:
    below = User("low", Role.SUPERVISOR, branches=SUE.branches, reports_to=frozenset({"R9"}))
    assert not next(m for m in look(worked, bank, below).members if m.rep_id == "R9").may_review
    for user, rep, error in (
        (below, "R9", NotAllowed),
        (User("r1", Role.SUPERVISOR, rep_id="R1", branches=SUE.branches), "R1", NotAllowed),
        (SUE, "R2", NotFound),
        (AUDITOR, "R1", NotAllowed),
        (ADMINISTRATOR, "R1", NotAllowed),
    ):
        with pytest.raises(error):
            sign(worked, bank, rep, user)


@pytest.mark.parametrize(
    "wrong",
    [
        {"looked_at": "things"},
        {"findings": "ok"},
        {"quarter_end": date(2026, 3, 31)},
        {"quarter_end": date(2025, 11, 30)},
        {"outcome": ReviewOutcome.FOLLOW_UP},
        {"follow_up_on": TODAY},
    ],
)
def test_an_empty_or_premature_review_is_refused(
    worked: Store, bank: Workspace, wrong: dict[str, object]
) -> None:
    with pytest.raises(Unacceptable):
        sign(worked, bank, **wrong)


def test_reviews_of_oneself_and_of_others_people_do_not_exist(worked: Store, bank: Workspace) -> None:
    sign(worked, bank)
    himself = User("r1", Role.OFFICER, rep_id="R1")
    elsewhere = User("tom", Role.SUPERVISOR, branches=frozenset({"B2"}))
    counts = []
    for user in (BOB, SUE, himself, elsewhere):
        with worked.read() as session:
            counts.append(len(desk.reviews(session, user)))
    assert counts == [1, 1, 0, 0]


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)))
def test_quarters_follow_each_other_without_gap(day: date) -> None:
    first, last = quarter_of(day)
    assert first <= day <= last
    assert quarter_of(last + timedelta(1))[0] == last + timedelta(1)
    assert last_quarter(day)[1] == first - timedelta(1)
    assert review_due(last) > last
