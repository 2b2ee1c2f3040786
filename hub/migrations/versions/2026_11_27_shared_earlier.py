"""Record that a resource was shared before it was added to the hub."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_27_shared_earlier"
down_revision = "2026_11_27_people_reached"
branch_labels = None
depends_on = None

TABLES = ("sharing_event", "confirmed_resource")


def upgrade() -> None:
    # No one was asked about older entries. With a default, the column is added without rewriting the table.
    for table in TABLES:
        op.add_column(table, sa.Column("earlier", sa.Boolean(), nullable=False, server_default=sa.false()))
        if op.get_bind().dialect.name == "postgresql":  # SQLite can't drop the default, and the hub never relies on it
            op.alter_column(table, "earlier", server_default=None)


def downgrade() -> None:
    for table in TABLES:
        op.drop_column(table, "earlier")
