"""Add second factors: authenticator apps, recovery codes, passkeys, and for whom one is required."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from hub.core.db import Utc

revision = "2026_11_27_second_factors"
down_revision = "2026_11_27_links_shown"
branch_labels = None
depends_on = None

TABLES = ("factor_reset", "second_step_try", "used_challenge", "passkey", "recovery_code", "authenticator_app")
OPEN = sa.text("settled_at IS NULL")


def _person_id() -> sa.Column[int]:
    return sa.Column("person_id", sa.Integer(), nullable=False)


def _table(name: str, *columns: sa.Column[object], unique: str = "") -> None:
    """Create a table of what people have, with an id."""
    constraints = [sa.UniqueConstraint(unique, name=op.f(f"uq_{name}_{unique}"))] if unique else []
    op.create_table(
        name,
        sa.Column("id", sa.Integer(), nullable=False),
        _person_id(),
        *columns,
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f(f"fk_{name}_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        *constraints,
    )
    op.create_index(op.f(f"ix_{name}_person_id"), name, ["person_id"])


def upgrade() -> None:
    op.create_table(
        "authenticator_app",
        _person_id(),
        sa.Column("secret", sa.String(length=64), nullable=False),
        sa.Column("begun_at", Utc(), nullable=False),
        sa.Column("confirmed_at", Utc(), nullable=True),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_authenticator_app_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_authenticator_app")),
    )
    _table("recovery_code", sa.Column("code_hash", sa.Text(), nullable=False), sa.Column("used_at", Utc()))
    _table(
        "passkey",
        sa.Column("credential_id", sa.String(length=1400), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("added_at", Utc(), nullable=False),
        sa.Column("used_at", Utc()),
        unique="credential_id",
    )
    op.create_table(
        "used_challenge",
        sa.Column("challenge_hash", sa.String(length=64), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("challenge_hash", name=op.f("pk_used_challenge")),
    )
    op.create_index(op.f("ix_used_challenge_at"), "used_challenge", ["at"])
    _table("second_step_try", sa.Column("at", Utc(), nullable=False))
    _table(
        "factor_reset",
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", Utc(), nullable=False),
        sa.Column("due_at", Utc(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("settled_at", Utc()),
        sa.Column("stopped", sa.Boolean(), nullable=False),
        unique="token_hash",
    )
    op.create_index(op.f("ix_factor_reset_due_at"), "factor_reset", ["due_at"])
    op.create_index(
        "one_open_reset", "factor_reset", ["person_id"], unique=True, sqlite_where=OPEN, postgresql_where=OPEN
    )
    # Coordinators and board members get their days of grace from the upgrade on.
    since = sa.text("INSERT INTO setting (name, value) VALUES ('SECOND_FACTOR_SINCE', :since)")
    op.execute(since.bindparams(since=datetime.now(UTC).isoformat()))


def downgrade() -> None:
    for name in TABLES:
        op.drop_table(name)
    op.execute("DELETE FROM setting WHERE name IN ('SECOND_FACTOR_SINCE', 'SECOND_FACTOR_ROLES')")
