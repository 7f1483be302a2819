"""Suppressions and changes of thresholds, each with its second person; who stands in for whom."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def _proposal() -> list[sa.Column[object]]:
    return [
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("proposed_for", sa.Text(), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reviewed_by", sa.Text(), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("review_note", sa.Text(), nullable=True),
    ]


def upgrade() -> None:
    op.add_column("alert", sa.Column("suppression_id", sa.Text(), nullable=True))
    op.create_index("ix_alert_suppression", "alert", ["suppression_id"], unique=False)
    op.create_table(
        "suppression",
        sa.Column("suppression_id", sa.Text(), nullable=False),
        sa.Column("alert_id", sa.Text(), nullable=False),
        sa.Column("detector", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("subject_type", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("branch_id", sa.Text(), nullable=True),
        sa.Column("seen_severity", sa.Text(), nullable=False),
        sa.Column("seen_score", sa.Double(), nullable=True),
        sa.Column("seen_item_count", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        *_proposal(),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.alert_id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("suppression_id"),
    )
    op.create_index("ix_suppression_alert_id", "suppression", ["alert_id"], unique=False)
    op.create_index("ix_suppression_state", "suppression", ["state"], unique=False)
    op.create_table(
        "threshold_change",
        sa.Column("change_id", sa.Text(), nullable=False),
        sa.Column("detector", sa.Text(), nullable=False),
        sa.Column("parameter", sa.Text(), nullable=False),
        sa.Column("old_value", sa.Text(), nullable=False),
        sa.Column("new_value", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("effect", sa.Text(), nullable=False),
        *_proposal(),
        sa.PrimaryKeyConstraint("change_id"),
    )
    op.create_index(
        "ix_threshold_change_of", "threshold_change", ["detector", "parameter", "state"], unique=False
    )
    op.create_table(
        "delegation",
        sa.Column("delegation_id", sa.Text(), nullable=False),
        sa.Column("principal", sa.Text(), nullable=False),
        sa.Column("delegate", sa.Text(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["principal"], ["app_user.name"], initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["delegate"], ["app_user.name"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("delegation_id"),
    )
    op.create_index("ix_delegation_principal", "delegation", ["principal"], unique=False)
    op.create_index("ix_delegation_delegate", "delegation", ["delegate"], unique=False)
