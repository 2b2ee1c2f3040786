"""Keep what happened with a presentation on its call, and every change to that.

Presentations on held calls were given if attendance of their organization is recorded. The others aren't confirmed any
more, until the coordinator answers; they are printed.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from hub.core.db import Utc

revision = "2026_11_27_presentation_outcomes"
down_revision = "2026_11_27_attendance_evidence"
branch_labels = None
depends_on = None

CALL = sa.table(
    "weekly_call", sa.column("id"), sa.column("day", sa.Date()), sa.column("state"), sa.column("ends_at", Utc())
)
ORGANIZATION = sa.table("organization", sa.column("id"), sa.column("name"))
PRESENTATION = sa.table("presentation", *(sa.column(name) for name in ("id", "call_id", "organization_id", "state")))
ENTRY = sa.table(
    "call_attendance",
    *(sa.column(name) for name in ("id", "call_id", "organization_id", "supersedes_id")),
    sa.column("void", sa.Boolean()),
)


def upgrade() -> None:
    op.add_column("presentation", sa.Column("outcome", sa.String(20), nullable=True))
    op.create_table(
        "presentation_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("presentation_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("new_day", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("recorded_at", Utc(), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.Column("recorded_by_name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["presentation_id"], ["presentation.id"], name=op.f("fk_presentation_change_presentation_id")
        ),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["person.id"], name=op.f("fk_presentation_change_recorded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_presentation_change")),
    )
    op.create_index(op.f("ix_presentation_change_presentation_id"), "presentation_change", ["presentation_id"])
    for line in changes(op.get_bind(), datetime.now(UTC)):
        op.get_context().config.print_stdout(line)  # type: ignore[union-attr]


def changes(connection: sa.Connection, now: datetime) -> Iterable[str]:
    """Yield a line for each presentation that counted as given, and isn't confirmed now."""
    later = ENTRY.alias("later")
    attended = sa.exists().where(
        ENTRY.c.call_id == CALL.c.id,
        ENTRY.c.organization_id == PRESENTATION.c.organization_id,
        ~ENTRY.c.void,
        ~sa.exists().where(later.c.supersedes_id == ENTRY.c.id),
    )
    rows = connection.execute(
        sa.select(ORGANIZATION.c.name, CALL.c.day)
        .select_from(PRESENTATION)
        .join(CALL, CALL.c.id == PRESENTATION.c.call_id)
        .join(ORGANIZATION, ORGANIZATION.c.id == PRESENTATION.c.organization_id)
        .where(PRESENTATION.c.state == "accepted", CALL.c.state == "planned", CALL.c.ends_at <= now, ~attended)
        .order_by(ORGANIZATION.c.name, CALL.c.day)
    )
    for row in rows:
        yield f"{row.name}, presentation on {row.day}: Given becomes Not confirmed."


def downgrade() -> None:
    op.drop_table("presentation_change")
    op.drop_column("presentation", "outcome")
