"""What is done in a case: owner, checklist, clocks, notes, customers asked, conclusion."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_NEW_OF_A_CASE = (
    "owner",
    "conclusion",
    "conclusion_note",
    "concluded_by",
    "concluded_for",
    "reviewed_by",
    "review_note",
)


def upgrade() -> None:
    for name in _NEW_OF_A_CASE:
        op.add_column("review_case", sa.Column(name, sa.Text(), nullable=True))
    op.add_column("review_case", sa.Column("known_on", sa.Date(), nullable=True))
    op.add_column("review_case", sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_review_case_owner", "review_case", ["owner", "status"], unique=False)
    op.create_table(
        "case_task",
        sa.Column("task_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("assignee", sa.Text(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("done_by", sa.Text(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        _case(),
        sa.PrimaryKeyConstraint("task_id"),
    )
    op.create_index("ix_case_task_assignee", "case_task", ["assignee"], unique=False)
    op.create_table(
        "case_clock",
        sa.Column("clock_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("started_by", sa.Text(), nullable=False),
        sa.Column("met_by", sa.Text(), nullable=True),
        sa.Column("met_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        _case(),
        sa.PrimaryKeyConstraint("clock_id"),
    )
    op.create_index("ix_case_clock_due_on", "case_clock", ["due_on"], unique=False)
    op.create_table(
        "case_note",
        sa.Column("note_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_by", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        _case(),
        sa.PrimaryKeyConstraint("note_id"),
    )
    op.create_table(
        "case_outreach",
        sa.Column("outreach_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("script", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("contact_as_of", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("visit", sa.Text(), nullable=True),
        sa.Column("answer_note", sa.Text(), nullable=True),
        sa.Column("answered_by", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        _case(),
        sa.PrimaryKeyConstraint("outreach_id"),
    )
    for table in ("case_task", "case_clock", "case_note", "case_outreach"):
        op.create_index(f"ix_{table}_case_id", table, ["case_id"], unique=False)


def _case() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["case_id"], ["review_case.case_id"], initially="DEFERRED", deferrable=True
    )
