"""Store sessions, so that signing out ends them. Everyone signs in again: earlier cookies name no session."""

import sqlalchemy as sa
from alembic import op

from hub.core.db import Utc

revision = "2026_11_27_sign_in_sessions"
down_revision = "2026_11_27_postal_address"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sign_in_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("made_at", Utc(), nullable=False),
        sa.Column("used_at", Utc(), nullable=False),
        sa.Column("ended_at", Utc(), nullable=True),
        sa.Column("ended_for", sa.String(length=20), nullable=True),
        sa.Column("browser", sa.String(length=80), nullable=False),
        sa.Column("browser_hash", sa.String(length=64), nullable=False),
        sa.Column("network", sa.String(length=64), nullable=False),
        sa.Column("factor", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_sign_in_session_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_in_session_token_hash")),
    )
    for column in ("person_id", "used_at"):
        op.create_index(op.f(f"ix_sign_in_session_{column}"), "sign_in_session", [column])
    op.drop_column("person", "session_version")


def downgrade() -> None:
    op.add_column("person", sa.Column("session_version", sa.Integer(), nullable=False, server_default="1"))
    if op.get_bind().dialect.name == "postgresql":  # SQLite can't drop the default
        op.alter_column("person", "session_version", server_default=None)
    op.drop_table("sign_in_session")
