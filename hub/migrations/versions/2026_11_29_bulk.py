"""Mark revisions that came with many others: they are read after those that a person waits for."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_bulk"
down_revision = "2026_11_29_newest"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("revision", sa.Column("in_bulk", sa.Boolean(), nullable=False, server_default=sa.false()))
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("revision", "in_bulk", server_default=None)
    op.drop_index("ix_revision_unread", table_name="revision")
    op.create_index("ix_revision_unread", "revision", ["reader_version", "in_bulk", "id"])


def downgrade() -> None:
    op.drop_index("ix_revision_unread", table_name="revision")
    op.create_index("ix_revision_unread", "revision", ["reader_version", "lease_until"])
    op.drop_column("revision", "in_bulk")
