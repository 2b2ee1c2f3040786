"""Remember who has seen a link to someone's account, and whether it was emailed."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_27_links_shown"
down_revision = "2026_11_27_sent_forms"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("one_time_link", sa.Column("mailed", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("one_time_link", sa.Column("shown_to", sa.Text(), nullable=False, server_default=""))
    # Until now, every link was shown to the person who created it.
    op.execute(
        "UPDATE one_time_link SET shown_to = (SELECT name FROM person WHERE person.id = one_time_link.created_by_id) "
        "WHERE created_by_id IS NOT NULL"
    )
    if op.get_bind().dialect.name == "postgresql":  # SQLite can't drop the default, and the hub never relies on it
        for column in ("mailed", "shown_to"):
            op.alter_column("one_time_link", column, server_default=None)


def downgrade() -> None:
    op.drop_column("one_time_link", "shown_to")
    op.drop_column("one_time_link", "mailed")
