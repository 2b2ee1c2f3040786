"""Store what of a revision wasn't read, and what a page has besides its text; the next reading fills it in."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "2026_11_27_unread_parts"
down_revision = "2026_11_27_answered_address"
branch_labels = None
depends_on = None


def columns() -> dict[str, tuple[sa.Column[Any], ...]]:
    """Return the new columns by table."""
    return {
        "revision": (
            sa.Column("unread", sa.Text(), nullable=False, server_default=""),
            sa.Column("left_out", sa.Text(), nullable=False, server_default=""),
            sa.Column("to_tell", sa.Boolean(), nullable=False, server_default=sa.false()),
        ),
        "page": (
            sa.Column("also_searched", sa.Text(), nullable=False, server_default=""),
            sa.Column("is_picture", sa.Boolean(), nullable=False, server_default=sa.false()),
            sa.Column("seconds", sa.Integer(), nullable=True),
            sa.Column("part", sa.Text(), nullable=False, server_default=""),
            sa.Column("confidence", sa.Integer(), nullable=True),
            sa.Column("places", sa.Text(), nullable=False, server_default=""),
        ),
    }


def upgrade() -> None:
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    for table, added in columns().items():
        for column in added:
            op.add_column(table, column)
            if on_postgresql and column.server_default is not None:  # SQLite can't drop it; the hub never relies on it
                op.alter_column(table, column.name, server_default=None)
    op.create_index("ix_revision_to_tell", "revision", ["to_tell"], unique=False)
    op.create_index(
        "ix_page_unrecognized",
        "page",
        ["number", "revision_id"],
        unique=False,
        sqlite_where=sa.text("is_picture = 1 AND confidence IS NULL"),
        postgresql_where=sa.text("is_picture AND confidence IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_page_unrecognized", table_name="page")
    op.drop_index("ix_revision_to_tell", table_name="revision")
    for table, added in columns().items():
        for column in added:
            op.drop_column(table, column.name)
