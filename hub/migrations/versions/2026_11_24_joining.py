"""Add applications to join, with evidence and votes."""

import sqlalchemy as sa
from alembic import op

from hub.core.db import Utc

revision = "2026_11_24_joining"
down_revision = "2026_11_24_calls"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kept_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("holder", sa.String(length=80), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_file")),
        sa.UniqueConstraint("sha256", "holder", name=op.f("uq_kept_file_sha256_holder")),
    )
    op.create_table(
        "application",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("member", "bff", "host", name="organizationkind", native_enum=False, length=20),
            nullable=False,
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("website", sa.Text(), nullable=False),
        sa.Column("interest", sa.Text(), nullable=False),
        sa.Column("contact_name", sa.Text(), nullable=False),
        sa.Column("contact_email", sa.String(length=320), nullable=False),
        sa.Column("representative_name", sa.Text(), nullable=False),
        sa.Column("representative_email", sa.String(length=320), nullable=False),
        sa.Column("alternate_name", sa.Text(), nullable=False),
        sa.Column("alternate_email", sa.String(length=320), nullable=False),
        sa.Column(
            "progress",
            sa.Enum(
                "draft",
                "submitted",
                "changes_asked",
                "approved",
                "declined",
                "withdrawn",
                name="progress",
                native_enum=False,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("from_network", sa.String(length=64), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("changed_at", Utc(), nullable=False),
        sa.Column("submitted_at", Utc(), nullable=True),
        sa.Column("decided_at", Utc(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("organization_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_application_decided_by_id")),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=op.f("fk_application_organization_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_application_token_hash")),
    )
    with op.batch_alter_table("application", schema=None) as batch_op:
        batch_op.create_index("ix_application_from", ["from_network", "created_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_application_progress"), ["progress"], unique=False)

    op.create_table(
        "application_evidence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column(
            "criterion",
            sa.Enum(
                "agreement", "swot", "plan", "inclusion", "open-value", name="criterion", native_enum=False, length=20
            ),
            nullable=False,
        ),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("page_number", sa.Integer(), nullable=True),
        sa.Column("added_at", Utc(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "ok",
                "partial",
                "encrypted",
                "corrupt",
                "timeout",
                "too_large",
                "unsupported",
                name="state",
                native_enum=False,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("state_detail", sa.Text(), nullable=False),
        sa.Column("page_count", sa.Integer(), nullable=False),
        sa.Column("reader_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_application_evidence_application_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_evidence")),
    )
    with op.batch_alter_table("application_evidence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_application_evidence_application_id"), ["application_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_application_evidence_reader_version"), ["reader_version"], unique=False)
        batch_op.create_index(batch_op.f("ix_application_evidence_sha256"), ["sha256"], unique=False)

    op.create_table(
        "application_statement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column(
            "criterion",
            sa.Enum(
                "agreement", "swot", "plan", "inclusion", "open-value", name="criterion", native_enum=False, length=20
            ),
            nullable=False,
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_application_statement_application_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_statement")),
        sa.UniqueConstraint(
            "application_id", "criterion", name=op.f("uq_application_statement_application_id_criterion")
        ),
    )
    op.create_table(
        "application_vote",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "ballot",
            sa.Enum("approve", "decline", "abstain", "conflict", name="ballot", native_enum=False, length=20),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("cast_at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_application_vote_application_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_application_vote_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_vote")),
    )
    with op.batch_alter_table("application_vote", schema=None) as batch_op:
        batch_op.create_index("ix_application_vote_standing", ["application_id", "round", "person_id"], unique=False)

    op.create_table(
        "application_evidence_page",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("evidence_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["evidence_id"],
            ["application_evidence.id"],
            name=op.f("fk_application_evidence_page_evidence_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_evidence_page")),
        sa.UniqueConstraint("evidence_id", "number", name=op.f("uq_application_evidence_page_evidence_id_number")),
    )


def downgrade() -> None:
    op.drop_table("application_evidence_page")
    with op.batch_alter_table("application_vote", schema=None) as batch_op:
        batch_op.drop_index("ix_application_vote_standing")

    op.drop_table("application_vote")
    op.drop_table("application_statement")
    with op.batch_alter_table("application_evidence", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_application_evidence_sha256"))
        batch_op.drop_index(batch_op.f("ix_application_evidence_reader_version"))
        batch_op.drop_index(batch_op.f("ix_application_evidence_application_id"))

    op.drop_table("application_evidence")
    with op.batch_alter_table("application", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_application_progress"))
        batch_op.drop_index("ix_application_from")

    op.drop_table("application")
    op.drop_table("kept_file")
