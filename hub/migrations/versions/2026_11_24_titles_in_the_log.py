"""what each resource was called when it was shared or confirmed"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_24_titles_in_the_log"
down_revision = "2026_11_24_stopped_through"
branch_labels = None
depends_on = None

TABLES = ("sharing_event", "confirmed_resource")
RESOURCE = sa.table("resource", sa.column("id"), sa.column("title"))


def upgrade() -> None:
    # A default lets both databases add the column without writing the table anew: a log may have a million rows.
    for table in TABLES:
        op.add_column(table, sa.Column("title", sa.Text(), nullable=False, server_default=""))
        rows = sa.table(table, sa.column("title"), sa.column("resource_id"))
        called = sa.select(RESOURCE.c.title).where(RESOURCE.c.id == rows.c.resource_id).scalar_subquery()
        op.execute(rows.update().values(title=called))
        if op.get_bind().dialect.name == "postgresql":  # SQLite can't take it back, and the hub never leaves it out
            op.alter_column(table, "title", server_default=None)


def downgrade() -> None:
    for table in TABLES:
        op.drop_column(table, "title")
