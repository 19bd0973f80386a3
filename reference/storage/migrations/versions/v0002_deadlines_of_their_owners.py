"""What sagas and payments want to be reminded of moves from a table of its own to them."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

time = sa.DateTime(timezone=True)
owners = [
    sa.table(name, sa.column(id_), sa.column("saga_id"), sa.column("body", sa.JSON), sa.column("due_at", time))
    for name, id_ in (("payments", "payment_id"), ("sagas", "saga_id"))
]
deadlines = sa.table(
    "deadlines",
    *(sa.column(name) for name in ("key", "owner", "name")),
    sa.column("body", sa.JSON),
    sa.column("due_at", time),
)


def upgrade() -> None:
    """Give each reminder to its owner."""
    for owner in owners:
        op.add_column(owner.name, sa.Column("due_at", time, nullable=True))
        op.create_index(op.f(f"ix_{owner.name}_due_at"), owner.name, ["due_at"], unique=False)
        _give(owner, op.get_bind())
    op.drop_table("deadlines")


def downgrade() -> None:
    """Take the reminders back."""
    op.create_table(
        "deadlines",
        sa.Column("key", sa.String(), primary_key=True),
        sa.Column("owner", sa.String(), nullable=False, index=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("due_at", time, nullable=False, index=True),
    )
    for owner in owners:
        _take_back(owner, op.get_bind())
        op.drop_index(op.f(f"ix_{owner.name}_due_at"), owner.name)
        op.drop_column(owner.name, "due_at")


def _give(owner: sa.TableClause, connection: sa.Connection) -> None:
    id_ = owner.columns[0]
    found = sa.select(id_, owner.c.body, deadlines.c.name, deadlines.c.due_at).join(deadlines, deadlines.c.owner == id_)
    kept: dict[str, dict[str, Any]] = {}
    for key, body, name, due_at in connection.execute(found):
        mine = kept.setdefault(key, {"body": body | {"reminders": {}}, "due_at": due_at})
        mine["body"]["reminders"][name] = due_at.replace(tzinfo=due_at.tzinfo or UTC).isoformat()
        mine["due_at"] = min(mine["due_at"], due_at)
    for key, values in kept.items():
        connection.execute(sa.update(owner).where(id_ == key).values(**values))


def _take_back(owner: sa.TableClause, connection: sa.Connection) -> None:
    id_ = owner.columns[0]
    for key, saga_id, body in connection.execute(
        sa.select(id_.label("key"), owner.c.saga_id, owner.c.body).where(owner.c.due_at.is_not(None))
    ):
        reminders = body.pop("reminders")
        connection.execute(sa.update(owner).where(id_ == key).values(body=body))
        for name, due in reminders.items():
            row = {"key": f"{key}:{name}", "owner": key, "name": name, "due_at": datetime.fromisoformat(due)}
            content = {"sagaId": saga_id} | ({"paymentId": key} if owner.name == "payments" else {})
            connection.execute(sa.insert(deadlines).values(**row, body=content))
