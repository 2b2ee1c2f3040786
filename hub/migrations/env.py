"""Alembic's environment; `hub.migrations.schema` passes in the connection."""

from alembic import context

from hub.core.db import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    compare_type=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
