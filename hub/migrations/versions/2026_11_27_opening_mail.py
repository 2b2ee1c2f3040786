"""Store who hears of openings, how often, and of which links they have heard."""

import sqlalchemy as sa
from alembic import op

from hub.core.db import Utc

revision = "2026_11_27_opening_mail"
down_revision = "2026_11_27_pack_people"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "opening_mail",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("every", sa.Enum("daily", "weekly", name="frequency", native_enum=False, length=20), nullable=False),
        sa.Column("since", Utc(), nullable=False),
        sa.Column("told_until", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_opening_mail_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_opening_mail")),
    )
    for table in ("share_link", "pack_link"):
        op.add_column(table, sa.Column("noticed_at", Utc(), nullable=True))


def downgrade() -> None:
    for table in ("pack_link", "share_link"):
        op.drop_column(table, "noticed_at")
    op.drop_table("opening_mail")
