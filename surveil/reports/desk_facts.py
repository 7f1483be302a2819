"""What the review desk holds besides alerts: signed reviews, changes of thresholds, suppressions."""

from __future__ import annotations

from dataclasses import dataclass

from surveil import desk
from surveil.alerts.people import SYSTEM
from surveil.alerts.suppression import Suppression
from surveil.config import Workspace
from surveil.desk.supervision import Review, reviews
from surveil.desk.suppressions import suppressions
from surveil.desk.thresholds import ThresholdChange, in_force, threshold_changes


@dataclass(frozen=True)
class DeskFacts:
    """All of it, oldest first. `workspace` has the approved thresholds over those of its settings file."""

    workspace: Workspace
    reviews: tuple[Review, ...] = ()
    thresholds: tuple[ThresholdChange, ...] = ()
    suppressions: tuple[Suppression, ...] = ()


def desk_facts(workspace: Workspace) -> DeskFacts:
    """Read the desk; who may have a report has been settled before."""
    store = desk.open_desk(workspace)
    try:
        with store.read() as session:
            session.narrow(SYSTEM)
            return DeskFacts(
                workspace=in_force(session, workspace),
                reviews=tuple(sorted(reviews(session, SYSTEM), key=lambda r: (r.signed_at, r.review_id))),
                thresholds=tuple(
                    sorted(threshold_changes(session, SYSTEM), key=lambda c: (c.proposed_at, c.change_id))
                ),
                suppressions=tuple(
                    sorted(suppressions(session, SYSTEM), key=lambda s: (s.proposed_at, s.suppression_id))
                ),
            )
    finally:
        store.close()
