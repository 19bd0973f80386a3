"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

time = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create what the first sagas need."""
    op.create_table(
        "dead_letters",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", time, nullable=False),
        sa.Column("ended_at", time, nullable=True),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.Column("ended_why", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "deadlines",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("due_at", time, nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index(op.f("ix_deadlines_due_at"), "deadlines", ["due_at"], unique=False)
    op.create_index(op.f("ix_deadlines_owner"), "deadlines", ["owner"], unique=False)
    op.create_table(
        "inbox",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("received_at", time, nullable=False),
        sa.Column("ignored", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("source", "message_id"),
    )
    op.create_table(
        "outbox",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("to", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("asked_at", time, nullable=False),
        sa.Column("due_at", time, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index(op.f("ix_outbox_due_at"), "outbox", ["due_at"], unique=False)
    op.create_table(
        "payments",
        sa.Column("payment_id", sa.String(), nullable=False),
        sa.Column("saga_id", sa.String(), nullable=False),
        sa.Column("intent_id", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("context", sa.String(), nullable=False),
        sa.Column("context_id", sa.String(), nullable=False),
        sa.Column("opened_at", time, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("payment_id"),
        sa.UniqueConstraint("intent_id"),
        sa.UniqueConstraint("saga_id"),
    )
    op.create_index("newest_payments", "payments", ["opened_at", "payment_id"], unique=False)
    op.create_table(
        "sagas",
        sa.Column("saga_id", sa.String(), nullable=False),
        sa.Column("saga", sa.String(), nullable=False),
        sa.Column("student_id", sa.String(), nullable=False),
        sa.Column("context", sa.String(), nullable=False),
        sa.Column("context_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("buying", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("started_at", time, nullable=False),
        sa.Column("updated_at", time, nullable=False),
        sa.PrimaryKeyConstraint("saga_id"),
    )
    op.create_index("newest_sagas", "sagas", ["started_at", "saga_id"], unique=False)
    op.create_index(
        "one_purchase_under_way",
        "sagas",
        ["student_id", "context", "context_id"],
        unique=True,
        sqlite_where=sa.text("buying = 1"),
        postgresql_where=sa.text("buying"),
    )
    op.create_index("sagas_alike", "sagas", ["saga", "state", "outcome"], unique=False)
    op.create_index("sagas_of_student", "sagas", ["student_id"], unique=False)


def downgrade() -> None:
    """Drop everything."""
    op.drop_index("sagas_of_student", table_name="sagas")
    op.drop_index("sagas_alike", table_name="sagas")
    op.drop_index(
        "one_purchase_under_way",
        table_name="sagas",
        sqlite_where=sa.text("buying = 1"),
        postgresql_where=sa.text("buying"),
    )
    op.drop_index("newest_sagas", table_name="sagas")
    op.drop_table("sagas")
    op.drop_index("newest_payments", table_name="payments")
    op.drop_table("payments")
    op.drop_index(op.f("ix_outbox_due_at"), table_name="outbox")
    op.drop_table("outbox")
    op.drop_table("inbox")
    op.drop_index(op.f("ix_deadlines_owner"), table_name="deadlines")
    op.drop_index(op.f("ix_deadlines_due_at"), table_name="deadlines")
    op.drop_table("deadlines")
    op.drop_table("dead_letters")
