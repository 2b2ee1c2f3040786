"""Store the carrier of a forward, and the fingerprint of a confirmation."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_24_evidence"
down_revision = "2026_11_24_earlier_revisions"
branch_labels = None
depends_on = None

STANDING = ["quarter", "organization_id", "act", "void"]


def upgrade() -> None:
    carrier = sa.Enum("hub-mail", "log-address", "opening", name="carrier", native_enum=False, length=20)
    op.add_column("sharing_event", sa.Column("carrier", carrier, nullable=True))
    op.drop_index("ix_sharing_event_standing", table_name="sharing_event")
    op.create_index(
        "ix_sharing_event_standing", "sharing_event", [*STANDING, "carrier"], unique=False, postgresql_include=["id"]
    )
    op.add_column("confirmation", sa.Column("digest", sa.String(length=64), nullable=True))


def downgrade() -> None:
    op.drop_index("ix_sharing_event_standing", table_name="sharing_event")
    op.create_index("ix_sharing_event_standing", "sharing_event", STANDING, unique=False, postgresql_include=["id"])
    with op.batch_alter_table("sharing_event", schema=None) as batch_op:
        batch_op.drop_column("carrier")
    with op.batch_alter_table("confirmation", schema=None) as batch_op:
        batch_op.drop_column("digest")
