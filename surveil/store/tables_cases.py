"""Mapped tables of what is done in a case."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Mapped, mapped_column

from surveil.store.tables import Base, reference


class CaseTaskRow(Base):
    """One step of a case's checklist."""

    __tablename__ = "case_task"

    task_id: Mapped[str] = mapped_column(primary_key=True)
    case_id: Mapped[str] = mapped_column(reference("review_case.case_id"), index=True)
    position: Mapped[int]
    text: Mapped[str]
    assignee: Mapped[str | None] = mapped_column(index=True)
    due_on: Mapped[date | None]
    state: Mapped[str]
    note: Mapped[str | None]
    done_by: Mapped[str | None]
    done_at: Mapped[datetime | None]


class CaseClockRow(Base):
    """A deadline that runs; `met_at` when what it is for was done."""

    __tablename__ = "case_clock"

    clock_id: Mapped[str] = mapped_column(primary_key=True)
    case_id: Mapped[str] = mapped_column(reference("review_case.case_id"), index=True)
    kind: Mapped[str]
    about: Mapped[str]
    started_on: Mapped[date]
    due_on: Mapped[date] = mapped_column(index=True)
    started_by: Mapped[str]
    met_by: Mapped[str | None]
    met_at: Mapped[datetime | None]
    note: Mapped[str | None]


class CaseNoteRow(Base):
    """What somebody wrote down about a case."""

    __tablename__ = "case_note"

    note_id: Mapped[str] = mapped_column(primary_key=True)
    case_id: Mapped[str] = mapped_column(reference("review_case.case_id"), index=True)
    text: Mapped[str]
    written_by: Mapped[str]
    written_at: Mapped[datetime]


class CaseOutreachRow(Base):
    """A customer who is asked. `contact_as_of` is the moment whose contact data were used; no such data are here."""

    __tablename__ = "case_outreach"

    outreach_id: Mapped[str] = mapped_column(primary_key=True)
    case_id: Mapped[str] = mapped_column(reference("review_case.case_id"), index=True)
    customer_id: Mapped[str]
    channel: Mapped[str]
    script: Mapped[str]
    question: Mapped[str]
    contact_as_of: Mapped[datetime | None]
    asked_by: Mapped[str]
    asked_at: Mapped[datetime]
    answer: Mapped[str | None]
    visit: Mapped[str | None]
    answer_note: Mapped[str | None]
    answered_by: Mapped[str | None]
    answered_at: Mapped[datetime | None]
