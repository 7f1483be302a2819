"""Mapped tables of supervisors' reviews of their people, and of samples that a second person judges blind."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from surveil.store.tables import Base, reference


class SupervisionReviewRow(Base):
    """The written evidence of one review: who, whom, which period, what was looked at, how, with what outcome."""

    __tablename__ = "supervision_review"
    __table_args__ = (Index("ix_supervision_review_rep", "rep_id", "period_end"),)

    review_id: Mapped[str] = mapped_column(primary_key=True)
    rep_id: Mapped[str]
    branch_id: Mapped[str | None] = mapped_column(index=True)
    period_start: Mapped[date]
    period_end: Mapped[date] = mapped_column(index=True)
    method: Mapped[str]
    looked_at: Mapped[str]
    findings: Mapped[str]
    outcome: Mapped[str]
    follow_up_on: Mapped[date | None]
    figures: Mapped[dict[str, Any]]
    run_id: Mapped[str | None]
    signed_by: Mapped[str]
    signed_for: Mapped[str | None]
    signed_at: Mapped[datetime]


class QualitySampleRow(Base):
    """One sample: from how many of each kind it was drawn, with which seed."""

    __tablename__ = "quality_sample"

    sample_id: Mapped[str] = mapped_column(primary_key=True)
    seed: Mapped[int]
    first_day: Mapped[date]
    last_day: Mapped[date]
    frames: Mapped[dict[str, Any]]
    run_id: Mapped[str | None]
    drawn_by: Mapped[str]
    drawn_at: Mapped[datetime]


class QualityItemRow(Base):
    """One thing drawn: an alert, or a representative below the line. `judged_by` None: not judged yet."""

    __tablename__ = "quality_item"
    __table_args__ = (UniqueConstraint("sample_id", "position", name="uq_quality_item_position"),)

    item_id: Mapped[str] = mapped_column(primary_key=True)
    sample_id: Mapped[str] = mapped_column(reference("quality_sample.sample_id"), index=True)
    position: Mapped[int]
    stratum: Mapped[str]
    alert_id: Mapped[str | None] = mapped_column(reference("alert.alert_id"), index=True)
    rep_id: Mapped[str | None]
    first_outcome: Mapped[str | None]
    first_by: Mapped[list[Any]]
    outcome: Mapped[str | None]
    note: Mapped[str | None]
    judged_by: Mapped[str | None]
    judged_at: Mapped[datetime | None]
