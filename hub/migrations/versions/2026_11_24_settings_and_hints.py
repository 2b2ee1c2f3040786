"""Add settings chosen in the browser, and dismissed hints."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_24_settings_and_hints"
down_revision = "2026_11_24_log_addresses"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "setting",
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_setting"),
    )
    op.create_table(
        "dismissed_hint",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_dismissed_hint_person_id"),
        sa.PrimaryKeyConstraint("person_id", "name", name="pk_dismissed_hint"),
    )
