"""Add the vectors of pages, for search by meaning. Derived: the worker makes them if the extra is installed."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_28_vectors"
down_revision = "2026_11_28_glossary"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "page_vector",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("page_id", sa.Integer(), nullable=False),
        sa.Column("model", sa.String(length=40), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=32), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.Column("scale", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["page_id"], ["page.id"], name=op.f("fk_page_vector_page_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page_vector")),
        sa.UniqueConstraint("page_id", "model", "part", name=op.f("uq_page_vector_page_id_model_part")),
    )
    op.create_table(
        "encoded_resource",
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("model", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["resource_id"], ["resource.id"], name=op.f("fk_encoded_resource_resource_id")),
        sa.PrimaryKeyConstraint("resource_id", "model", name=op.f("pk_encoded_resource")),
    )
    op.create_index("ix_encoded_resource_version", "encoded_resource", ["model", "version", "resource_id"])


def downgrade() -> None:
    op.drop_table("encoded_resource")
    op.drop_table("page_vector")
