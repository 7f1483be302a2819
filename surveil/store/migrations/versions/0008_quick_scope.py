"""Indexes for taking the next alert, for supervisors' branches, and for accepted risks that end."""

from alembic import op

revision = "0008"
down_revision = "0007"

_NEW = {
    "ix_alert_facets": [
        "status",
        "severity_rank",
        "assignee",
        "set_aside_until",
        "due_on",
        "locked_until",
        "urgency",
        "alert_id",
    ],
    "ix_alert_branch": [
        "branch_id",
        "status",
        "assignee",
        "set_aside_until",
        "severity_rank",
        "urgency",
        "alert_id",
    ],
    "ix_alert_accepted_until": ["accepted_until"],
}


def upgrade() -> None:
    for name in ("ix_alert_facets", "ix_alert_branch"):
        op.drop_index(name, "alert")
    for name, columns in _NEW.items():
        op.create_index(name, "alert", columns, unique=False)
