"""Store the postal address of each organization, which bulk email shows."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_27_postal_address"
down_revision = "2026_11_27_opening_mail"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("organization", sa.Column("postal_address", sa.Text(), nullable=False, server_default=""))
    if op.get_bind().dialect.name == "postgresql":  # SQLite can't drop the default, and the hub never relies on it
        op.alter_column("organization", "postal_address", server_default=None)


def downgrade() -> None:
    op.drop_column("organization", "postal_address")
