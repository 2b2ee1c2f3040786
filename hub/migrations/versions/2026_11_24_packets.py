"""Add audit packets."""

import sqlalchemy as sa
from alembic import op

from hub.core.db import Utc

revision = "2026_11_24_packets"
down_revision = "2026_11_24_glossary"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_packet",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("quarter", sa.String(length=6), nullable=False),
        sa.Column("made_at", Utc(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("manifest", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("tables_digest", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("previous_id", sa.Integer(), nullable=True),
        sa.Column("replaces_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=op.f("fk_audit_packet_organization_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_audit_packet_person_id")),
        sa.ForeignKeyConstraint(["previous_id"], ["audit_packet.id"], name=op.f("fk_audit_packet_previous_id")),
        sa.ForeignKeyConstraint(["replaces_id"], ["audit_packet.id"], name=op.f("fk_audit_packet_replaces_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_packet")),
        sa.UniqueConstraint("digest", name=op.f("uq_audit_packet_digest")),
        sa.UniqueConstraint("replaces_id", name=op.f("uq_audit_packet_replaces_id")),
    )
    op.create_index("ix_audit_packet_quarter", "audit_packet", ["organization_id", "quarter"])


def downgrade() -> None:
    op.drop_table("audit_packet")
