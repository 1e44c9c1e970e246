"""Run by Alembic: applies the steps on the connection that `gateway.migrations.upgrade` holds."""

from alembic import context

from gateway.migrations.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata(),
    # Our engine says BEGIN itself, so SQLite's tables come and go with the transaction too.
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
