"""Add an index for deleting texts of old messages."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_24_remembered_mail"
down_revision = "2026_11_24_outbox"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_outbox_message_settled_at", "outbox_message")
    op.create_index(
        "ix_outbox_message_remembered",
        "outbox_message",
        ["settled_at"],
        sqlite_where=sa.text("text <> ''"),
        postgresql_where=sa.text("text <> ''"),
    )


def downgrade() -> None:
    op.drop_index("ix_outbox_message_remembered", "outbox_message")
    op.create_index("ix_outbox_message_settled_at", "outbox_message", ["settled_at"])
