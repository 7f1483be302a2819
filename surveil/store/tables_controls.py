"""Mapped tables of what needs a second person besides decisions, and of who stands in for whom."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from surveil.store.tables import Base, reference


class SuppressionRow(Base):
    """See `surveil.alerts.suppression.Suppression` for the meaning of each column."""

    __tablename__ = "suppression"

    suppression_id: Mapped[str] = mapped_column(primary_key=True)
    alert_id: Mapped[str] = mapped_column(reference("alert.alert_id"), index=True)
    detector: Mapped[str]
    scope: Mapped[str]
    subject_type: Mapped[str]
    subject_id: Mapped[str]
    branch_id: Mapped[str | None]
    seen_severity: Mapped[str]
    seen_score: Mapped[float | None]
    seen_item_count: Mapped[int]
    reason: Mapped[str]
    expires_on: Mapped[date]
    state: Mapped[str] = mapped_column(index=True)
    proposed_by: Mapped[str]
    proposed_for: Mapped[str | None]
    proposed_at: Mapped[datetime]
    reviewed_by: Mapped[str | None]
    reviewed_at: Mapped[datetime | None]
    review_note: Mapped[str | None]


class ThresholdRow(Base):
    """A change of one detector's parameter; values as JSON text. `state`: proposed, approved, rejected, replaced."""

    __tablename__ = "threshold_change"
    __table_args__ = (Index("ix_threshold_change_of", "detector", "parameter", "state"),)

    change_id: Mapped[str] = mapped_column(primary_key=True)
    detector: Mapped[str]
    parameter: Mapped[str]
    old_value: Mapped[str]
    new_value: Mapped[str]
    reason: Mapped[str]
    effect: Mapped[str]
    state: Mapped[str]
    proposed_by: Mapped[str]
    proposed_for: Mapped[str | None]
    proposed_at: Mapped[datetime]
    reviewed_by: Mapped[str | None]
    reviewed_at: Mapped[datetime | None]
    review_note: Mapped[str | None]


class DelegationRow(Base):
    """Who stands in for whom, from a day to a day, both included; `ended_at` if it was ended before."""

    __tablename__ = "delegation"

    delegation_id: Mapped[str] = mapped_column(primary_key=True)
    principal: Mapped[str] = mapped_column(reference("app_user.name"), index=True)
    delegate: Mapped[str] = mapped_column(reference("app_user.name"), index=True)
    first_day: Mapped[date]
    last_day: Mapped[date]
    reason: Mapped[str]
    made_by: Mapped[str]
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
