"""Store the audience of earlier revisions."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_24_earlier_revisions"
down_revision = "2026_11_23_first"
branch_labels = None
depends_on = None


def upgrade() -> None:
    audience = sa.Enum("public", "network", "organization", name="audience", native_enum=False, length=20)
    with op.batch_alter_table("revision", schema=None) as batch_op:
        batch_op.add_column(sa.Column("audience", audience, nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("revision", schema=None) as batch_op:
        batch_op.drop_column("audience")
