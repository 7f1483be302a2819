"""Figures for the head of compliance say of how many; samples are judged blind, and agreement is measured."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from surveil import desk
from surveil.alerts.dispositions import Disposition, Outcome
from surveil.alerts.errors import DeskError, NotAllowed, NotFound, Unacceptable
from surveil.alerts.model import Severity
from surveil.alerts.people import User
from surveil.alerts.runs import RunStatus
from surveil.alerts.suppression import Scope
from surveil.config import Workspace
from surveil.desk.overview import run_health
from surveil.desk.quality import BELOW, CLOSED, SUPPRESSED
from surveil.store import Store
from surveil.store.verification import verify
from tests.desk.firm import rank
from tests.desk.people import ADMINISTRATOR, ANN, AUDITOR, BOB, NOTE, SUE, version
from tests.store.support import NOW, draft, later, run

TODAY = NOW.date()
DAYS = (TODAY - timedelta(30), TODAY + timedelta(30))
BELOW_THE_LINE = {"R99", "R98", "R97", "R20", "R21"}
ENDS = [Disposition.CONFIRMED_UNAUTHORIZED] + [Disposition.FALSE_POSITIVE_EXPLAINED] * 3
ENDS += [Disposition.USEFUL_NO_BREACH, Disposition.CANNOT_RULE_OUT]


@pytest.fixture
def worked(sqlite_store: Store) -> Store:
    """Twelve medium alerts of two detectors; Ann took and decided the first six after two days, one is suppressed."""
    store = sqlite_store
    drafts = [draft(n, severity=Severity.MEDIUM, detector="UA01" if n < 9 else "UA03") for n in range(1, 13)]
    ids = list(desk.record_scan(store, run(1), drafts, NOW).values())
    for alert_id, end in zip(ids, ENDS, strict=False):
        desk.take(store, ANN, alert_id, later(days=1))
        desk.decide(store, ANN, alert_id, end, NOTE, later(days=2), version(store, alert_id))
    held = desk.propose_suppression(
        store, ANN, ids[6], Scope.SUBJECT, TODAY + timedelta(60), NOTE, later(days=2)
    )
    desk.approve_suppression(store, BOB, held, NOTE, later(days=2))
    return store


def figures(store: Store, user: User = AUDITOR, day: int = 10) -> desk.Overview:
    with store.read() as session:
        return desk.overview(session, user, store.calendar, *DAYS, TODAY + timedelta(day))


def test_volumes_ageing_and_work_are_counted_as_they_stand(worked: Store) -> None:
    now = figures(worked)
    assert (now.raised, now.decided) == ({"2026-03": 12}, {"2026-03": 6})
    assert now.open_by_severity[Severity.MEDIUM] == 5
    assert (now.age["up to a week"], now.age["up to 30 days"], now.held_back) == (0, 5, 1)
    assert (now.days_to_take, now.days_to_decide) == (1.0, 2.0)
    assert figures(worked, day=5).overdue == 0
    assert now.overdue == 5
    assert [(w.name, w.open, w.overdue, w.decided) for w in now.workload] == [
        (None, 5, 5, 0),
        ("ann", 0, 0, 6),
    ]


def test_a_false_alarm_rate_says_of_how_many_and_how_sure(worked: Store) -> None:
    first, second = figures(worked).detectors
    assert (first.detector, first.raised, first.decided, first.told) == ("UA01", 8, 6, 5)
    assert first.false_alarm_rate == pytest.approx(3 / 5)
    assert first.interval == pytest.approx((0.1466, 0.9473), abs=1e-4)
    assert first.by_outcome[Outcome.UNDETERMINED] == 1
    assert (second.decided, second.false_alarm_rate, second.interval) == (0, None, None)


def test_branches_are_ordered_by_heat_and_a_supervisor_sees_his_own_figures(worked: Store) -> None:
    heat = figures(worked).branches
    assert sum(branch.open for branch in heat) == 5
    assert {branch.branch_id: branch.breaches for branch in heat}["B1"] == 1
    assert {branch.branch_id for branch in figures(worked, SUE).branches} == {"B1"}
    with pytest.raises(NotAllowed):
        figures(worked, ADMINISTRATOR)


def test_how_far_a_run_can_be_relied_on_is_said_in_words() -> None:
    assert "nothing has been examined" in run_health(None, TODAY)[0]
    coverage = {
        "detectors": [
            {"detector": "UA01", "status": "run", "gaps": [{"count": 7, "reason": "no consents"}]},
            {"detector": "UA03", "status": "not run", "gaps": []},
        ]
    }
    seen = run(
        1,
        status=RunStatus.INCOMPLETE,
        failed_detectors=("UA02",),
        coverage=coverage,
        manifest={"snapshot": {"feeds": {"consents": {"present": False}, "reps": {"present": True}}}},
    )
    told = " ".join(run_health(seen, date(2026, 3, 5)))
    for word in (
        "2026-03-01, 4 days ago",
        "UA02 failed",
        "1 of 2 detectors",
        "UA03",
        "7 times something could not be judged, or was explained",
        "consents",
    ):
        assert word in told


@pytest.fixture
def bank(tmp_path: Path) -> Workspace:
    made = Workspace.init(tmp_path / "ws")
    places = [("R1", 0.9, True)] + [(f"R{n}", 0.5, False) for n in (99, 2, 98, 97)]
    rank(made, *places, *[(f"R{n}", 0.1, False) for n in range(20, 40)])
    return made


def draw(store: Store, bank: Workspace, seed: int = 1, **sizes: int) -> str:
    wanted = sizes or {CLOSED: 6, SUPPRESSED: 1, BELOW: 2}
    return desk.draw_sample(store, BOB, bank, *DAYS, wanted, seed, later(days=3))


def items(store: Store, user: User, sample: str, outcomes: dict[str, Outcome]) -> list[desk.BlindItem]:
    """Judge all that is offered to a user; outcome by subject, else undetermined."""
    seen = []
    while True:
        with store.read() as session:
            item = desk.next_blind(session, user, sample)
        if item is None:
            return seen
        seen.append(item)
        subject = item.alert.subject_id if item.alert else item.rep_id
        desk.judge(
            store, user, item.item_id, outcomes.get(str(subject), Outcome.UNDETERMINED), NOTE, later(days=4)
        )


def test_what_is_shown_to_the_second_person_tells_neither_score_nor_first_judgement(
    worked: Store, bank: Workspace
) -> None:
    seen = items(worked, BOB, draw(worked, bank), {})
    assert len(seen) == 8, "the one held back was approved by Bob himself"
    for item in seen:
        if item.alert is None:
            assert item.rep_id in BELOW_THE_LINE
            continue
        alert = item.alert
        assert (alert.score, alert.p_value, alert.q_value, alert.disposition) == (None,) * 4
        assert (alert.decided_by, alert.assignee, alert.suppression_id) == (None,) * 3
        assert "confirmed" not in str(alert)
    assert verify(worked.engine).ok


def test_who_judged_first_is_not_asked_again(worked: Store, bank: Workspace) -> None:
    sample = draw(worked, bank)
    assert {item.stratum for item in items(worked, ANN, sample, {})} == {BELOW}
    with worked.read() as session:
        item = desk.next_blind(session, BOB, sample)
    assert item is not None
    with pytest.raises(NotAllowed):
        desk.judge(worked, ANN, item.item_id, Outcome.USEFUL, NOTE, later(days=4))
    for user in (AUDITOR, SUE, ADMINISTRATOR):
        with pytest.raises(NotAllowed):
            desk.judge(worked, user, item.item_id, Outcome.USEFUL, NOTE, later(days=4))
    with pytest.raises(Unacceptable):
        desk.judge(worked, BOB, item.item_id, Outcome.ADMINISTRATIVE, NOTE, later(days=4))
    desk.judge(worked, BOB, item.item_id, Outcome.USEFUL, NOTE, later(days=4))
    with pytest.raises(NotFound):
        desk.judge(worked, BOB, item.item_id, Outcome.BREACH, NOTE, later(days=4))


def test_agreement_is_measured_and_what_differs_is_listed(worked: Store, bank: Workspace) -> None:
    judged = {
        "R1": Outcome.BREACH,
        "R2": Outcome.FALSE_ALARM,
        "R3": Outcome.FALSE_ALARM,
        "R4": Outcome.USEFUL,
    }
    judged |= dict.fromkeys({"R5", *BELOW_THE_LINE}, Outcome.USEFUL)
    items(worked, BOB, draw(worked, bank), judged)
    with worked.read() as session:
        result = desk.quality_result(session, AUDITOR)
    assert result.agreement.n == 6
    assert result.agreement.observed == pytest.approx(5 / 6)
    assert result.agreement.kappa == pytest.approx((5 / 6 - 10 / 36) / (1 - 10 / 36))
    ((_, first, second),) = result.differing
    assert (first, second) == (Outcome.FALSE_ALARM, Outcome.USEFUL)
    below = result.strata[2]
    assert (below.stratum, below.drawn, below.judged, below.productive) == (BELOW, 2, 2, 2)
    assert below.interval is not None
    assert below.interval[1] == 1.0


def test_the_same_seed_draws_the_same_and_another_one_does_not(worked: Store, bank: Workspace) -> None:
    drawn = []
    for seed in (5, 5, 6):
        sample = draw(worked, bank, seed, closed=3, below_line=1)
        drawn.append(
            [(i.stratum, i.alert.alert_id if i.alert else i.rep_id) for i in items(worked, BOB, sample, {})]
        )
    assert drawn[0] == drawn[1]
    assert drawn[0] != drawn[2]
    with worked.read() as session:
        sizes = [
            (sample.items, sample.judged, dict(sample.frames)) for sample in desk.samples(session, AUDITOR)
        ]
    assert sizes[0] == (4, 4, {CLOSED: 6, SUPPRESSED: 1, BELOW: 5})


def test_an_empty_sample_is_refused_and_supervisors_see_none(worked: Store, bank: Workspace) -> None:
    for sizes in ({}, {CLOSED: 0}, {"other": 3}):
        with pytest.raises(Unacceptable):
            desk.draw_sample(worked, BOB, bank, *DAYS, sizes, 1, NOW)
    early = (date(2020, 1, 1), date(2020, 2, 1))
    with pytest.raises(Unacceptable, match="nothing to draw"):
        desk.draw_sample(worked, BOB, bank, *early, {CLOSED: 3}, 1, NOW)
    draw(worked, bank)
    with worked.read() as session, pytest.raises(DeskError):
        desk.samples(session, SUE)
