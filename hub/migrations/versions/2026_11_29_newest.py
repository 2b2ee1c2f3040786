"""Add an index for the newest resources, and leave withdrawn ones out of that of live resources.

SQLite took the index of live resources for home, because it compares a column with a value, and sorted all of them.
"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_newest"
down_revision = "2026_11_28_topic_pages"
branch_labels = None
depends_on = None

LIVE = sa.text("withdrawn_at IS NULL")


def upgrade() -> None:
    op.drop_index("ix_resource_live", table_name="resource")
    _add("ix_resource_live", ["version", "id", "withdrawn_at"])
    _add("ix_resource_newest", ["created_at", "id", "audience", "organization_id", "withdrawn_at"])


def downgrade() -> None:
    op.drop_index("ix_resource_newest", table_name="resource")
    op.drop_index("ix_resource_live", table_name="resource")
    op.create_index("ix_resource_live", "resource", ["withdrawn_at", "version"])


def _add(name: str, columns: list[str]) -> None:
    op.create_index(name, "resource", columns, sqlite_where=LIVE, postgresql_where=LIVE)
