"""Store new email addresses until the link that was sent to them is used."""

import sqlalchemy as sa
from alembic import op

from hub.core.db import Utc

revision = "2026_11_27_email_changes"
down_revision = "2026_11_27_sign_in_tries"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "email_change",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("asked_at", Utc(), nullable=False),
        sa.Column("needs_sign_in", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_email_change_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_email_change")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_email_change_token_hash")),
    )


def downgrade() -> None:
    op.drop_table("email_change")
