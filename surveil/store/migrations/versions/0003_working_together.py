"""Locks, alerts set aside, and each person's saved views of the queue."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("alert", sa.Column("decided_for", sa.Text(), nullable=True))
    op.add_column("alert", sa.Column("locked_by", sa.Text(), nullable=True))
    op.add_column("alert", sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("alert", sa.Column("set_aside_until", sa.Date(), nullable=True))
    op.add_column("alert", sa.Column("accepted_until", sa.Date(), nullable=True))
    op.add_column("decision", sa.Column("accepted_until", sa.Date(), nullable=True))
    op.add_column("decision", sa.Column("decided_for", sa.Text(), nullable=True))
    op.create_table(
        "saved_view",
        sa.Column("view_id", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("filters", sa.JSON(), nullable=False),
        sa.Column("sort", sa.Text(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("view_id"),
        sa.UniqueConstraint("owner", "name", name="uq_saved_view_owner_name"),
    )
