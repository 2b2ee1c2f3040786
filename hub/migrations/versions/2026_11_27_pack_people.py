"""Store the people to whom a pack is sent beside its groups."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_27_pack_people"
down_revision = "2026_11_27_board_decisions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pack_person",
        sa.Column("pack_id", sa.Integer(), nullable=False),
        sa.Column("stakeholder_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["pack_id"], ["pack.id"], name=op.f("fk_pack_person_pack_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["stakeholder_id"],
            ["stakeholder.id"],
            name=op.f("fk_pack_person_stakeholder_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("pack_id", "stakeholder_id", name=op.f("pk_pack_person")),
    )
    op.create_index(op.f("ix_pack_person_stakeholder_id"), "pack_person", ["stakeholder_id"])
    op.add_column("pack", sa.Column("chosen_people", sa.Integer(), nullable=False, server_default="0"))
    if op.get_bind().dialect.name == "postgresql":  # SQLite can't drop the default, and the hub never relies on it
        op.alter_column("pack", "chosen_people", server_default=None)


def downgrade() -> None:
    op.drop_column("pack", "chosen_people")
    op.drop_table("pack_person")
