"""Run migrations on the connection that `surveil.store.migrate` hands over, inside its transaction."""

from alembic import context

from surveil.store.audit import audit_event

context.configure(connection=context.config.attributes["connection"], target_metadata=audit_event.metadata)
context.run_migrations()
