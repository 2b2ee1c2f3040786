"""Keep the result of the last virus scan of each file."""

import sqlalchemy as sa
from alembic import op

from hub.core.db import Utc

revision = "2026_11_27_file_scans"
down_revision = "2026_11_27_single_sign_on"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "file_scan",
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column(
            "state",
            sa.Enum("waiting", "clean", "infected", "too_large", name="scanstate", native_enum=False, length=20),
            nullable=False,
        ),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.Column("scanner", sa.Text(), nullable=False),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.Column("scanned_at", Utc(), nullable=True),
    )
    op.create_index(op.f("ix_file_scan_state"), "file_scan", ["state"])
    op.create_index(op.f("ix_file_scan_scanner"), "file_scan", ["scanner"])


def downgrade() -> None:
    op.drop_table("file_scan")
