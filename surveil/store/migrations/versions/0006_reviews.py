"""Supervisors' signed reviews, samples judged blind, and when an alert was first taken up."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("alert", sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "supervision_review",
        sa.Column("review_id", sa.Text(), nullable=False),
        sa.Column("rep_id", sa.Text(), nullable=False),
        sa.Column("branch_id", sa.Text(), nullable=True),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("looked_at", sa.Text(), nullable=False),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("follow_up_on", sa.Date(), nullable=True),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=True),
        sa.Column("signed_by", sa.Text(), nullable=False),
        sa.Column("signed_for", sa.Text(), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("review_id"),
    )
    op.create_index("ix_supervision_review_rep", "supervision_review", ["rep_id", "period_end"], unique=False)
    for column in ("branch_id", "period_end"):
        op.create_index(f"ix_supervision_review_{column}", "supervision_review", [column], unique=False)
    op.create_table(
        "quality_sample",
        sa.Column("sample_id", sa.Text(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("frames", sa.JSON(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=True),
        sa.Column("drawn_by", sa.Text(), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sample_id"),
    )
    op.create_table(
        "quality_item",
        sa.Column("item_id", sa.Text(), nullable=False),
        sa.Column("sample_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("stratum", sa.Text(), nullable=False),
        sa.Column("alert_id", sa.Text(), nullable=True),
        sa.Column("rep_id", sa.Text(), nullable=True),
        sa.Column("first_outcome", sa.Text(), nullable=True),
        sa.Column("first_by", sa.JSON(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("judged_by", sa.Text(), nullable=True),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["sample_id"], ["quality_sample.sample_id"], initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.alert_id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("item_id"),
        sa.UniqueConstraint("sample_id", "position", name="uq_quality_item_position"),
    )
    for column in ("sample_id", "alert_id"):
        op.create_index(f"ix_quality_item_{column}", "quality_item", [column], unique=False)
