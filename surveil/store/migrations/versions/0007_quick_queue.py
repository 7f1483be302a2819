"""What the queue sorts and groups by as columns of their own, and indexes that hold all it needs for a page."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_FILLED = {
    "sqlite": """
        UPDATE alert SET
          urgency = (9 - severity_rank) || due_on || printf('%010d', CASE WHEN score IS NULL THEN 1000000001
            ELSE 1000000000 - CAST(round(min(max(score, 0.0), 1.0) * 1000000000) AS INTEGER) END) || alert_id,
          score_order = COALESCE(score, -1.0),
          about = COALESCE(rep_id, subject_type || ':' || subject_id)
    """,
    "postgresql": """
        UPDATE alert SET
          urgency = (9 - severity_rank)::text || due_on::text || lpad((CASE WHEN score IS NULL THEN 1000000001
            ELSE 1000000000 - round(least(greatest(score, 0.0), 1.0) * 1000000000)::bigint END)::text, 10, '0') || alert_id,
          score_order = COALESCE(score, -1.0),
          about = COALESCE(rep_id, subject_type || ':' || subject_id)
    """,
}
_OLD = (
    "ix_alert_urgency",
    "ix_alert_score",
    "ix_alert_branch",
    "ix_alert_detector",
    "ix_alert_assignee",
    "ix_alert_updated_at",
)
_NEW = {
    "ix_alert_urgency": ["urgency", "status", "assignee", "set_aside_until", "alert_id"],
    "ix_alert_facets": ["status", "severity_rank", "assignee", "set_aside_until", "due_on", "alert_id"],
    "ix_alert_assignee": [
        "assignee",
        "status",
        "severity_rank",
        "set_aside_until",
        "due_on",
        "urgency",
        "about",
        "alert_id",
    ],
    "ix_alert_detector": ["detector", "status", "severity_rank", "urgency", "alert_id"],
    "ix_alert_branch": ["branch_id", "status", "severity_rank", "urgency", "alert_id"],
    "ix_alert_due": ["due_on", "urgency", "status", "assignee", "severity_rank", "alert_id"],
    "ix_alert_score": ["score_order", "alert_id", "status", "assignee", "set_aside_until"],
    "ix_alert_first_seen": ["first_seen", "score_order", "alert_id", "status", "assignee", "set_aside_until"],
    "ix_alert_updated_at": ["updated_at", "alert_id", "status", "assignee", "set_aside_until"],
    "ix_alert_about": ["about", "status"],
}


def upgrade() -> None:
    op.add_column("alert", sa.Column("urgency", sa.Text(), nullable=False, server_default=""))
    op.add_column("alert", sa.Column("score_order", sa.Double(), nullable=False, server_default="-1"))
    op.add_column("alert", sa.Column("about", sa.Text(), nullable=False, server_default=""))
    op.execute(sa.text(_FILLED[op.get_bind().dialect.name]))
    for name in _OLD:
        op.drop_index(name, "alert")
    for name, columns in _NEW.items():
        op.create_index(name, "alert", columns, unique=False)
