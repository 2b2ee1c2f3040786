"""Add texts that were set aside when two people edited the same thing."""

import sqlalchemy as sa
from alembic import op

from hub.core.db import Utc

revision = "2026_11_27_set_aside"
down_revision = "2026_11_27_closed_to_outsiders"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "set_aside",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("was_saved", sa.Boolean(), nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_set_aside")),
    )
    for column in ("at", "person_id", "author_id", "subject"):
        op.create_index(op.f(f"ix_set_aside_{column}"), "set_aside", [column])


def downgrade() -> None:
    op.drop_table("set_aside")
