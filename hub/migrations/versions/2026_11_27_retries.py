"""Store which files are read or drawn again, and when."""

from typing import Any

import sqlalchemy as sa
from alembic import op

MOMENT = sa.DateTime(timezone=True)

revision = "2026_11_27_retries"
down_revision = "2026_11_27_unread_parts"
branch_labels = None
depends_on = None


def columns() -> tuple[sa.Column[Any], ...]:
    """Return the new columns."""
    return (
        sa.Column("read_tools", sa.Text(), nullable=False, server_default=""),
        sa.Column("read_failures", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("read_retry_at", MOMENT, nullable=True),
        sa.Column("preview_tools", sa.Text(), nullable=False, server_default=""),
        sa.Column("preview_failures", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("preview_retry_at", MOMENT, nullable=True),
    )


def upgrade() -> None:
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    for column in columns():
        op.add_column("revision", column)
        if on_postgresql and column.server_default is not None:  # SQLite can't drop it; the hub never relies on it
            op.alter_column("revision", column.name, server_default=None)
    op.create_index("ix_revision_read_tools", "revision", ["read_tools"], unique=False)
    op.create_index("ix_revision_preview_tools", "revision", ["preview_tools"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_revision_preview_tools", table_name="revision")
    op.drop_index("ix_revision_read_tools", table_name="revision")
    for column in columns():
        op.drop_column("revision", column.name)
