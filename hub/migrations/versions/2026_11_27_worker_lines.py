"""Store what each line of the worker does, for the health check."""

import sqlalchemy as sa
from alembic import op

from hub.core.db import Utc

revision = "2026_11_27_worker_lines"
down_revision = "2026_11_27_file_scans"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "worker_line",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("line", sa.String(length=30), nullable=False),
        sa.Column("moved_at", Utc(), nullable=False),
        sa.Column("step", sa.String(length=30), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", "line", name=op.f("pk_worker_line")),
    )


def downgrade() -> None:
    op.drop_table("worker_line")
