"""Whatever people and scans do in whatever order, the rules of the desk hold and the trail is whole."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from surveil import desk
from surveil.alerts.alert import Status
from surveil.alerts.dispositions import Disposition
from surveil.alerts.errors import DeskError
from surveil.alerts.model import Severity
from surveil.alerts.people import SYSTEM, Role, User
from surveil.store import open_store
from surveil.store.verification import verify
from tests.desk.people import ANN, AUDITOR, BOB, NOTE, SUE
from tests.store.support import NOW, draft, run

people = st.sampled_from([ANN, BOB, SUE, AUDITOR, User("r1", Role.OFFICER, rep_id="R1")])
dispositions = st.sampled_from(
    [Disposition.CONFIRMED_UNAUTHORIZED, Disposition.FALSE_POSITIVE_EXPLAINED, Disposition.ESCALATED]
)
severities = st.sampled_from(Severity)


class ReviewMachine(RuleBasedStateMachine):
    """Random work on two representatives' alerts; a refused action is part of the work."""

    template: Path

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        file = shutil.copy(self.template, self.folder.name)
        self.store = open_store(f"sqlite+pysqlite:///{file}")
        self.now = NOW
        self.runs = 0
        self.scan(Severity.HIGH, 5)

    @rule(severity=severities, items=st.integers(1, 40))
    def scan(self, severity: Severity, items: int) -> None:
        self.runs += 1
        drafts = [draft(number, severity=severity, item_count=items) for number in (1, 4)]
        desk.record_scan(self.store, run(self.runs, as_of=f"2026-{self.runs:04d}"), drafts, self._tick())

    @rule(user=people, pick=st.integers(0, 9), disposition=dispositions, stale=st.booleans())
    def decide(self, user: User, pick: int, disposition: Disposition, stale: bool) -> None:
        alert_id, version = self._pick(pick)
        self._try(
            lambda: desk.decide(self.store, user, alert_id, disposition, NOTE, self._tick(), version - stale)
        )

    @rule(user=people, pick=st.integers(0, 9))
    def approve(self, user: User, pick: int) -> None:
        alert_id, version = self._pick(pick)
        self._try(lambda: desk.approve(self.store, user, alert_id, self._tick(), version))

    @rule(user=people, pick=st.integers(0, 9))
    def reject(self, user: User, pick: int) -> None:
        alert_id, version = self._pick(pick)
        self._try(lambda: desk.reject(self.store, user, alert_id, NOTE, self._tick(), version))

    @rule(user=people, pick=st.integers(0, 9))
    def reopen(self, user: User, pick: int) -> None:
        alert_id, version = self._pick(pick)
        self._try(lambda: desk.reopen(self.store, user, alert_id, NOTE, self._tick(), version))

    @rule(user=people, pick=st.integers(0, 9))
    def take(self, user: User, pick: int) -> None:
        alert_id, version = self._pick(pick)
        self._try(lambda: desk.take(self.store, user, alert_id, self._tick(), version))

    @invariant()
    def every_alert_stands_as_its_decisions_say(self) -> None:
        if not hasattr(self, "store"):
            return
        with self.store.read() as session:
            alerts = {alert.alert_id: alert for alert in desk.alerts(session, SYSTEM)}
            decisions = desk.decisions(session, SYSTEM)
        for alert in alerts.values():
            states = Counter(d.state for d in decisions if d.alert_id == alert.alert_id)
            assert states["final"] == (alert.status is Status.CLOSED)
            assert states["pending"] == (alert.status is Status.PENDING_APPROVAL)
            assert (alert.disposition is not None) == (alert.status is Status.CLOSED)
        for decision in decisions:
            assert decision.decided_by != "aud"
            assert decision.decided_by != decision.reviewed_by
            if decision.state == "final" and decision.seen_severity.rank >= Severity.HIGH.rank:
                assert decision.reviewed_by is not None
            assert not (decision.decided_by == "r1" and alerts[decision.alert_id].rep_id == "R1")
        open_by_fingerprint = Counter(a.rep_id for a in alerts.values() if a.status is not Status.CLOSED)
        assert all(count == 1 for count in open_by_fingerprint.values()), "never two open twins"

    @invariant()
    def the_trail_is_whole(self) -> None:
        if hasattr(self, "store"):
            found = verify(self.store.engine)
            assert found.ok, found.problems

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.store.close()
            self.folder.cleanup()

    def _pick(self, pick: int) -> tuple[str, int]:
        with self.store.read() as session:
            alerts = sorted(desk.alerts(session, SYSTEM), key=lambda alert: alert.alert_id)
        chosen = alerts[pick % len(alerts)]
        return chosen.alert_id, chosen.row_version

    def _tick(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now

    @staticmethod
    def _try(action: Callable[[], object]) -> None:
        with suppress(DeskError):
            action()


def test_the_rules_hold_in_any_order_of_work(migrated_sqlite: Path) -> None:
    ReviewMachine.template = migrated_sqlite
    run_state_machine_as_test(
        ReviewMachine, settings=settings(max_examples=15, stateful_step_count=20, deadline=None)
    )
