"""Count failed sign-ins by account and network, without what was typed. Counts from before the upgrade are dropped."""

import sqlalchemy as sa
from alembic import op

from hub.core.db import Utc

revision = "2026_11_27_sign_in_tries"
down_revision = "2026_11_27_sign_in_sessions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_table("sign_in_try")
    op.create_table(
        "sign_in_tries",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("since", Utc(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("network", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("told_at", Utc(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_sign_in_tries_person_id")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_sign_in_tries")),
    )
    for column in ("since", "person_id"):
        op.create_index(op.f(f"ix_sign_in_tries_{column}"), "sign_in_tries", [column])


def downgrade() -> None:
    op.drop_table("sign_in_tries")
    op.create_table(
        "sign_in_try",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(length=320), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_try")),
    )
    for column in ("account", "address", "at"):
        op.create_index(op.f(f"ix_sign_in_try_{column}"), "sign_in_try", [column])
