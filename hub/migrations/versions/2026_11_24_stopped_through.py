"""Store which organization’s message someone used to unsubscribe from all organizations."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_24_stopped_through"
down_revision = "2026_11_24_settings_and_hints"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("unsubscribe", schema=None) as batch_op:
        batch_op.add_column(sa.Column("through_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key("fk_unsubscribe_through_id", "organization", ["through_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("unsubscribe", schema=None) as batch_op:
        batch_op.drop_constraint("fk_unsubscribe_through_id", type_="foreignkey")
        batch_op.drop_column("through_id")
