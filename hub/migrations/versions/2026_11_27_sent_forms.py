"""Add the responses to forms that made something, so that the same form sent twice makes it once."""

import sqlalchemy as sa
from alembic import op

from hub.core.db import Utc

revision = "2026_11_27_sent_forms"
down_revision = "2026_11_27_worker_lines"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sent_form",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("response", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_sent_form")),
    )
    op.create_index(op.f("ix_sent_form_at"), "sent_form", ["at"])


def downgrade() -> None:
    op.drop_table("sent_form")
