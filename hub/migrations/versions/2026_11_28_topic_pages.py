"""Add the pages of the six topics, and the resources that come first on them."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from hub.core.db import Utc

revision = "2026_11_28_topic_pages"
down_revision = "2026_11_28_vectors"
branch_labels = None
depends_on = None

TOPICS = ("workforce", "research", "infrastructure", "supply-chain", "trade", "operations")


def upgrade() -> None:
    table = op.create_table(
        "topic_page",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(length=80), nullable=False),
        sa.Column("sentences", sa.Text(), nullable=False),
        sa.Column("changed_at", Utc(), nullable=False),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["changed_by_id"], ["person.id"], name=op.f("fk_topic_page_changed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topic_page")),
        sa.UniqueConstraint("topic", name=op.f("uq_topic_page_topic")),
    )
    came = {"sentences": "", "changed_at": datetime(2026, 11, 28, tzinfo=UTC), "version": 1}
    op.bulk_insert(table, [{"topic": topic} | came for topic in TOPICS])
    op.create_table(
        "topic_first",
        sa.Column("topic", sa.String(length=80), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["resource_id"], ["resource.id"], name=op.f("fk_topic_first_resource_id")),
        sa.PrimaryKeyConstraint("topic", "resource_id", name=op.f("pk_topic_first")),
    )


def downgrade() -> None:
    op.drop_table("topic_first")
    op.drop_table("topic_page")
