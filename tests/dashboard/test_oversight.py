"""What supervisors, the head of compliance and those who check the checkers see."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dashboard.components import words
from surveil import desk
from surveil.alerts.alert import Alert
from surveil.alerts.dispositions import Disposition, Outcome
from surveil.alerts.people import SYSTEM, Role, User
from surveil.alerts.supervision import Method, ReviewOutcome
from surveil.config import Workspace
from surveil.desk.quality import STRATA
from surveil.remediation.batches import State
from tests.dashboard import firm
from tests.dashboard.acts import NOTE, go, shown, submit
from tests.dashboard.conftest import Desk
from tests.dashboard.test_cases import press

ANNA, BELA = User("anna", Role.OFFICER), User("bela", Role.OFFICER)
NOW = datetime.now(UTC)


@pytest.fixture
def store(workspace: Workspace) -> Iterator[desk.Store]:
    store = desk.open_desk(workspace)
    yield store
    store.close()


def alert(store: desk.Store, workspace: Workspace, name: str) -> Alert:
    with store.read() as session:
        return desk.alert_view(session, ANNA, firm.alert_ids(workspace)[name], NOW).alert


def decide(store: desk.Store, workspace: Workspace, name: str, disposition: Disposition) -> None:
    found = alert(store, workspace, name)
    desk.decide(store, ANNA, found.alert_id, disposition, NOTE, NOW, found.row_version)


def test_the_overview_gives_rates_with_their_denominators_and_says_what_was_not_examined(
    run_desk: Desk, workspace: Workspace, store: desk.Store
) -> None:
    decide(store, workspace, "R1 QB01", Disposition.FALSE_POSITIVE_EXPLAINED)
    decide(store, workspace, "R2 QB01", Disposition.CONFIRMED_UNAUTHORIZED)
    page = shown(go(run_desk(), "overview"))
    assert "less than an hour" not in page, "decided three days after it was raised"
    for said in (
        "50.0 % of 2 (few)",
        "1 open",
        "not known",
        "UA03 failed",
        "B3",
        "QB01 Spike at the end of a goal period",
    ):
        assert said in page


def test_a_supervisor_sees_his_own_people_and_signs_what_he_looked_at(
    run_desk: Desk, workspace: Workspace, store: desk.Store
) -> None:
    desk.create_user(store, SYSTEM, "sue", Role.SUPERVISOR, firm.RECORDED, password=firm.PASSWORD)
    desk.set_scope(store, SYSTEM, "sue", firm.RECORDED, reps=["R7", "R2"])
    app = go(run_desk("sue", rep="R7"), "team")
    page = shown(app)
    assert "R7" in page
    assert "R2" in page
    assert "R4" not in page
    assert "not compared" in page
    assert "Who needs a look first" in page
    assert "overdue" in page
    app.selectbox(key="review-R7-how").set_value(Method.FILES_READ)
    app.text_area(key="review-R7-what").set_value("Consents of all openings in the quarter.")
    app.text_area(key="review-R7-words").set_value("Nine accounts without consent; two customers called.")
    app.selectbox(key="review-R7-outcome").set_value(ReviewOutcome.ESCALATED)
    page = shown(press(app, "review-R7"))
    assert "Signed; who, whom, what, when and how are kept" in page
    assert "Consents of all openings in the quarter." in page


def test_how_a_rank_adds_up_stands_below_the_signs_and_is_none_of_them(
    run_desk: Desk, workspace: Workspace, store: desk.Store
) -> None:
    desk.create_user(store, SYSTEM, "sue", Role.SUPERVISOR, firm.RECORDED, password=firm.PASSWORD)
    desk.set_scope(store, SYSTEM, "sue", firm.RECORDED, reps=["R7", "R2"])
    drivers = [
        "UA01 9 of 40 (p=0.001); CS01 2 listed; evidence CS01 4.10 + UA01 3.00 = 7.10 points, score 0.70",
        "",
    ]
    ranking = {"rank": [1, 2], "rep_id": ["R7", "R2"], "score": [0.7, 0.1], "flagged": [True, False]}
    pq.write_table(
        pa.table({**ranking, "drivers": drivers}), workspace.runs_dir / firm.RUN_ID / "rank_reps.parquet"
    )
    (workspace.runs_dir / "last").write_text(firm.RUN_ID, encoding="ascii")
    team = go(run_desk("sue", rep="R7"), "team")
    (signs,) = [str(one.proto.body) for one in team.get("html") if "<li>" in str(one.proto.body)]
    assert signs.count("<li>") == 2
    assert "evidence" not in signs
    assert "How this adds up (the two strongest signs count): CS01 4.10 + UA01 3.00 = 7.10 points" in shown(
        team
    )
    assert "Nothing about him was remarkable" in shown(team.selectbox(key="rep").set_value("R2").run())


def test_an_auditor_signs_nothing(run_desk: Desk) -> None:
    app = go(run_desk("otto", branch="B3"), "team")
    buttons = [button for button in app.button if str(button.key).startswith("review-")]
    assert all(button.disabled for button in buttons)


def test_a_sample_is_judged_without_score_or_first_decision_and_by_who_had_no_part(
    run_desk: Desk, workspace: Workspace, store: desk.Store
) -> None:
    decide(store, workspace, "R1 QB01", Disposition.FALSE_POSITIVE_EXPLAINED)
    app = go(run_desk("bela"), "quality")
    for stratum in STRATA:
        app.number_input(key=f"draw-{stratum}").set_value(5)
    page = shown(press(app, "draw"))
    assert "Representative R1" in page
    for hidden in ("0.31", NOTE, "Score"):
        assert hidden not in page
    app.radio(key="judge-as").set_value(Outcome.BREACH)
    app.text_area(key="judge-note").set_value("Two customers say they never asked for it.")
    page = shown(submit(app, "Save the judgement"))
    assert "Judged otherwise by the second person" in page
    assert "over 1 pair of judgements" in page or "1 pair of judgements" in page
    assert "Nothing is left here for you" in page
    assert "you had a part in yourself" in shown(go(run_desk("anna"), "quality"))


def test_every_kind_of_thing_has_its_words() -> None:
    for labels, vocabulary in (
        (words.OUTCOME, Outcome), (words.METHOD, Method), (words.REVIEW_OUTCOME, ReviewOutcome),
    ):  # fmt: skip
        assert set(labels) == set(vocabulary)
    assert set(words.STRATUM) == set(STRATA)
    assert words.days(None) == "not known"
    assert [words.days(value) for value in (0.001, 0.05, 0.9, 1.0, 2.5)] == [
        "less than an hour", "1 hour", "21 hours", "1 day", "2.50 days",
    ]  # fmt: skip


def test_every_event_of_the_trail_has_its_words() -> None:
    """Found by reading the source: a new kind of event must not stand on the page as a code."""
    kinds = "alert|case|matter|production|quality|remediation|report|review|run|threshold|user|view"
    recorded = {f"remediation.{state.value}" for state in State}
    for file in (Path(desk.__file__).parents[1]).rglob("*.py"):
        said = re.findall(rf'"((?:{kinds})\.[a-z_]+)"', file.read_text(encoding="utf-8"))
        recorded |= {one for one in said if not one.endswith((".json", ".yml", "_id"))}
    assert len(recorded) > 60
    assert recorded <= set(words.EVENT)


def test_yesterday_is_a_day_late() -> None:
    today = NOW.date()
    assert words.days_left(today - timedelta(days=1), today) == "1 day late"
    assert words.days_left(today, today) == "due today"
    assert words.plural(2, "person") == "2 people"
