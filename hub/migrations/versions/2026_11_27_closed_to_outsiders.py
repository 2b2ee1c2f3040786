"""Store when a resource was last limited to its organization, and when it was put into a pack."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_27_closed_to_outsiders"
down_revision = "2026_11_27_membership_periods"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
RESOURCE = sa.table("resource", sa.column("audience"), sa.column("closed_to_outsiders_at", MOMENT))
PACK = sa.table("pack", sa.column("id"), sa.column("created_at"))
ITEM = sa.table("pack_item", sa.column("pack_id"), sa.column("added_at", MOMENT))


def upgrade() -> None:
    op.add_column("resource", sa.Column("closed_to_outsiders_at", MOMENT, nullable=True))
    # Links and packs with such a resource stay closed, even if its audience is widened later.
    closed = RESOURCE.update().where(RESOURCE.c.audience == "organization")
    op.execute(closed.values(closed_to_outsiders_at=sa.func.now()))
    op.add_column("pack_item", sa.Column("added_at", MOMENT, nullable=False, server_default="2000-01-01 00:00:00"))
    created = sa.select(PACK.c.created_at).where(PACK.c.id == ITEM.c.pack_id).scalar_subquery()
    op.execute(ITEM.update().values(added_at=created))
    if op.get_bind().dialect.name == "postgresql":  # SQLite can't drop the default, and the hub never relies on it
        op.alter_column("pack_item", "added_at", server_default=None)


def downgrade() -> None:
    op.drop_column("pack_item", "added_at")
    op.drop_column("resource", "closed_to_outsiders_at")
