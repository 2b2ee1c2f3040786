"""Add saved searches, recent searches, feeds and visits."""

import sqlalchemy as sa
from alembic import op

from hub.core.db import Utc

revision = "2026_11_24_coming_back"
down_revision = "2026_11_24_packs"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "last_visit",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("before_at", Utc(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_last_visit_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_last_visit")),
    )
    op.create_table(
        "recent_search",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("text_hash", sa.String(length=64), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_recent_search_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recent_search")),
        sa.UniqueConstraint("person_id", "text_hash", name=op.f("uq_recent_search_person_id_text_hash")),
    )
    op.create_index(op.f("ix_recent_search_person_id"), "recent_search", ["person_id"])
    op.create_table(
        "saved_search",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("address_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("tells", sa.Boolean(), nullable=False),
        sa.Column("looked_at", Utc(), nullable=False),
        sa.Column("looked_before_at", Utc(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_saved_search_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_search")),
        sa.UniqueConstraint("person_id", "address_hash", name=op.f("uq_saved_search_person_id_address_hash")),
    )
    op.create_index(op.f("ix_saved_search_person_id"), "saved_search", ["person_id"])
    op.create_table(
        "search_feed",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("revoked_at", Utc(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_search_feed_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_feed")),
        sa.UniqueConstraint("token", name=op.f("uq_search_feed_token")),
    )
    op.create_index(op.f("ix_search_feed_person_id"), "search_feed", ["person_id"])


def downgrade() -> None:
    for table in ("search_feed", "saved_search", "recent_search", "last_visit"):
        op.drop_table(table)
