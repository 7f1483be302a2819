"""Indexes for reading the audit trail by day and by person."""

from alembic import op

revision = "0009"
down_revision = "0008"

_NEW = {
    "ix_audit_event_at": ["at", "seq"],
    "ix_audit_event_actor": ["actor", "seq"],
}


def upgrade() -> None:
    for name, columns in _NEW.items():
        op.create_index(name, "audit_event", columns, unique=False)
