"""Each row says which trace it belongs to; rows of before say nothing."""

import sqlalchemy as sa
from alembic import op

revision = "0003_since_0002"
down_revision = "0002"

TABLES = ("dead_letters", "inbox", "outbox", "payments", "sagas")


def upgrade() -> None:
    """Add an empty column to each table: the version before need not know of it."""
    for table in TABLES:
        op.add_column(table, sa.Column("trace", sa.String(), nullable=True))


def downgrade() -> None:
    """Forget the traces."""
    for table in TABLES:
        op.drop_column(table, "trace")
