"""Add log addresses, and the email that they received."""

import sqlalchemy as sa
from alembic import op

from hub.core.db import Utc

revision = "2026_11_24_log_addresses"
down_revision = "2026_11_24_joining"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "log_address",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=40), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("ended_at", Utc(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_log_address_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_address")),
        sa.UniqueConstraint("token", name=op.f("uq_log_address_token")),
    )
    op.create_index(
        "one_log_address_of_each",
        "log_address",
        ["person_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    outcome = sa.Enum(
        "logged", "nothing-found", "own-only", "forged", "automatic", "seen",
        name="outcome", native_enum=False, length=20,
    )  # fmt: skip
    op.create_table(
        "logged_mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("once", sa.String(length=64), nullable=False),
        sa.Column("received_at", Utc(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("outcome", outcome, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=True),
        sa.Column("domains", sa.JSON(), nullable=False),
        sa.Column("attachments", sa.Integer(), nullable=False),
        sa.Column("event_ids", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=op.f("fk_logged_mail_organization_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_logged_mail_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_logged_mail")),
        sa.UniqueConstraint("once", name=op.f("uq_logged_mail_once")),
    )
    op.create_index(op.f("ix_logged_mail_organization_id"), "logged_mail", ["organization_id"])
    op.create_index(op.f("ix_logged_mail_person_id"), "logged_mail", ["person_id"])


def downgrade() -> None:
    op.drop_table("logged_mail")
    op.drop_table("log_address")
