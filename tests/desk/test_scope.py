"""What somebody may not see does not exist for him, in every read model alike."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from surveil import desk
from surveil.alerts.errors import NotAllowed, NotFound
from surveil.alerts.model import SubjectType
from surveil.alerts.people import SYSTEM, Role, User
from surveil.alerts.policy import sees
from surveil.alerts.runs import gap_in_words
from surveil.store import Store
from surveil.store.tables import AlertHitRow, AlertRow, CaseRow
from tests.desk.people import ADMINISTRATOR, ANN, AUDITOR, SUE
from tests.store.support import NOW, draft, later, run

reps = st.sampled_from(["R1", "R2"])
some_reps = st.frozensets(reps)
branches = st.frozensets(st.sampled_from(["B1", "B2"]))
users = st.builds(
    User,
    st.just("somebody"),
    st.sampled_from(Role),
    rep_id=st.none() | reps,
    reports_to=some_reps,
    branches=branches,
    reps=some_reps,
)


@pytest.fixture
def mixed(store: Store) -> Store:
    """Alerts about every kind of subject, with and without representative and branch."""
    drafts = []
    for kind in SubjectType:
        for subject in ("R1", "C1"):
            for rep_id in (None, "R1", "R2"):
                for branch_id in (None, "B1"):
                    detector = f"UA{len(drafts):02d}"
                    drafts.append(
                        draft(
                            len(drafts),
                            detector=detector,
                            subject_type=kind,
                            subject_id=subject,
                            rep_id=rep_id,
                            branch_id=branch_id,
                        )
                    )
    desk.record_scan(store, run(1), drafts, NOW)
    return store


def test_with_whom_a_gap_lies_is_told_to_who_sees_everybody_and_to_nobody_of_himself(store: Store) -> None:
    gap = {"count": 40, "reason": "sales nobody may have reviewed (2 supervisors)", "people": ["M1", "M2"]}
    lines = [{"detector": "CS01", "status": "run", "gaps": [gap, {"count": 3, "reason": "too young"}]}]
    found = replace(run(1), coverage={"detectors": lines})
    desk.record_scan(store, found, [draft(1, branch_id="B1")], NOW)

    def told(user: User) -> list[list[str]]:
        with store.read() as session:
            (listed,) = desk.runs(session, user)
            (alert,) = desk.alerts(session, user)
            seen = [
                listed,
                desk.latest_run(session, user),
                desk.find_run(session, user, found.run_id),
                desk.alert_view(session, user, alert.alert_id).run,
            ]
        texts = [gap_in_words(gap) for one in seen if one for gap in one.coverage["detectors"][0]["gaps"]]
        assert len(texts) == 8
        assert {text.partition(" (M")[0] for text in texts} == {gap["reason"], "too young"}
        return sorted({name for name in ("M1", "M2") if any(name in text for text in texts)})

    assert told(ANN) == told(AUDITOR) == ["M1", "M2"]
    assert told(replace(ANN, rep_id="M2")) == ["M1"]
    assert told(SUE) == []
    assert told(replace(SUE, rep_id="M1", reps=frozenset({"M2"}))) == []


@given(user=users)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
def test_the_database_narrows_exactly_as_the_policy_says(mixed: Store, user: User) -> None:
    with mixed.read() as session:
        every = desk.alerts(session, SYSTEM)
    wanted = {alert.alert_id for alert in every if sees(user, alert)}
    with mixed.read() as session:
        if user.role is Role.ADMINISTRATOR:
            with pytest.raises(NotAllowed):
                desk.queue(session, user)
            return
        page = desk.queue(session, user, page_size=500)
        assert {alert.alert_id for alert in page.alerts} == wanted
        assert page.total == len(wanted) == sum(page.by_status.values())
        assert {row["alert_id"] for row in desk.export_alerts(session, user)} == wanted
        assert set(session.scalars(select(AlertHitRow.alert_id))) == wanted
        assert session.scalars(select(func.count()).select_from(aliased(AlertRow))).one() == len(wanted)
        assert {alert.rep_id for alert in page.alerts if alert.rep_id} == set(
            desk.choices(session, user, "rep_id")
        )


def test_related_alerts_cases_and_hits_out_of_scope_are_not_told(store: Store) -> None:
    ids = desk.record_scan(
        store, run(1), [draft(1), draft(2), draft(2, detector="UA03", branch_id="B1")], NOW
    )
    in_scope, out_of_scope = ids["UA03|rep|R2"], ids["UA01|rep|R2"]
    both = desk.open_case(store, ANN, "Both alerts about R2", [in_scope, out_of_scope], NOW)
    other = desk.open_case(store, ANN, "The other branch only", [out_of_scope], NOW)
    with store.read() as session:
        view = desk.alert_view(session, SUE, in_scope)
        assert [alert.alert_id for alert in view.related] == []
        assert [case.case_id for case in view.cases] == [both]
        assert [alert.alert_id for alert in desk.case_view(session, SUE, both).alerts] == [in_scope]
        with pytest.raises(NotFound):
            desk.case_view(session, SUE, other)
        assert list(session.scalars(select(CaseRow.case_id))) == [both]
    with store.read() as session:
        assert len(desk.alert_view(session, AUDITOR, in_scope).related) == 1


def test_a_supervisor_nobody_has_given_a_scope_is_told_so_instead_of_nothing_to_do(store: Store) -> None:
    desk.record_scan(store, run(1), [draft(1)], NOW)
    with store.read() as session:
        page = desk.queue(session, User("new", Role.SUPERVISOR))
    assert page.empty is desk.Emptiness.NO_SCOPE
    assert "administrator" in page.empty.sentence


def test_not_allowed_is_an_error_and_never_an_empty_list(store: Store) -> None:
    for read in (desk.queue, desk.alerts, desk.export_alerts, desk.decisions, desk.runs, desk.latest_run):
        with store.read() as session, pytest.raises(NotAllowed, match="Administrators"):
            read(session, ADMINISTRATOR)  # type: ignore[operator]


def test_a_session_that_showed_one_user_s_alerts_shows_nobody_else_s(store: Store) -> None:
    desk.record_scan(store, run(1), [draft(1)], NOW)
    with store.read() as session:
        desk.queue(session, ANN)
        with pytest.raises(RuntimeError, match="another user"):
            desk.queue(session, SUE)


def test_before_anybody_is_named_a_session_shows_nothing(store: Store) -> None:
    with store.read() as session, pytest.raises(RuntimeError, match="not been narrowed"):
        session.scalars(select(AlertRow)).all()


def test_a_scope_given_later_holds_at_once_and_one_taken_away_too(store: Store) -> None:
    desk.record_scan(store, run(1), [draft(1), draft(2)], NOW)
    desk.create_user(store, SYSTEM, "sue", Role.SUPERVISOR, NOW)
    with_branch = desk.set_scope(store, SYSTEM, "sue", later(hours=1), branches=["B1"], reps=["R2"])
    without = desk.set_scope(store, SYSTEM, "sue", later(hours=2), reps=["R2"])
    counts = []
    for user in (with_branch, without):
        with store.read() as session:
            counts.append(desk.queue(session, user).total)
    assert counts == [2, 1]
