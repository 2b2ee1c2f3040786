"""Store which address of an applicant was confirmed by its owner; none was so far."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_27_answered_address"
down_revision = "2026_11_27_second_factors"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("application", sa.Column("answered_email", sa.String(length=320), nullable=False, server_default=""))
    if op.get_bind().dialect.name == "postgresql":  # SQLite can't drop the default, and the hub never relies on it
        op.alter_column("application", "answered_email", server_default=None)


def downgrade() -> None:
    op.drop_column("application", "answered_email")
