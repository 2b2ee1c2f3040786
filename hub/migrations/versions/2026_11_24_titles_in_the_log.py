"""Store resource titles in the sharing log and in confirmations."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_24_titles_in_the_log"
down_revision = "2026_11_24_stopped_through"
branch_labels = None
depends_on = None

TABLES = ("sharing_event", "confirmed_resource")
RESOURCE = sa.table("resource", sa.column("id"), sa.column("title"))


def upgrade() -> None:
    # With a default, both databases add the column without rewriting the table; a log may have a million rows.
    for table in TABLES:
        op.add_column(table, sa.Column("title", sa.Text(), nullable=False, server_default=""))
        rows = sa.table(table, sa.column("title"), sa.column("resource_id"))
        called = sa.select(RESOURCE.c.title).where(RESOURCE.c.id == rows.c.resource_id).scalar_subquery()
        op.execute(rows.update().values(title=called))
        if op.get_bind().dialect.name == "postgresql":  # SQLite can't drop the default, and the hub never relies on it
            op.alter_column(table, "title", server_default=None)


def downgrade() -> None:
    for table in TABLES:
        op.drop_column(table, "title")
