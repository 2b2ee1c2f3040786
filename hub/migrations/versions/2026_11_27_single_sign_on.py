"""Add the accounts at providers of single sign-on that people are linked with."""

import sqlalchemy as sa
from alembic import op

from hub.core.db import Utc

revision = "2026_11_27_single_sign_on"
down_revision = "2026_11_27_email_changes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sign_on_account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("issuer", sa.String(length=500), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("linked_at", Utc(), nullable=False),
        sa.Column("used_at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_sign_on_account_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_on_account")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_sign_on_account_issuer_subject")),
        sa.UniqueConstraint("person_id", "issuer", name=op.f("uq_sign_on_account_person_id_issuer")),
    )
    op.create_index(op.f("ix_sign_on_account_person_id"), "sign_on_account", ["person_id"])


def downgrade() -> None:
    op.drop_table("sign_on_account")
