"""Runs the migrations on the connection that storage.database hands over."""

from alembic import context
from sqlalchemy import text

from reference.storage.tables import metadata

connection = context.config.attributes["connection"]
if connection.dialect.name == "postgresql":
    # It takes as long as it takes, also where a role's statements may not.
    connection.execute(text("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0"))
    # Services that start at the same time migrate one after the other.
    connection.execute(text("SELECT pg_advisory_xact_lock(20260105)"))
context.configure(connection=connection, target_metadata=metadata)
context.run_migrations()
