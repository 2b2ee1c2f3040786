"""Store the names of people and organizations in the sharing log, confirmations and logged emails."""

from collections import defaultdict
from datetime import datetime

import sqlalchemy as sa
from alembic import op

from hub.core.db import Utc

revision = "2026_11_27_names_in_the_log"
down_revision = "2026_11_27_shared_earlier"
branch_labels = None
depends_on = None

# Tables with the columns that get a name, and the time of their rows.
COLUMNS = {
    "sharing_event": (("person", "organization"), "recorded_at"),
    "confirmation": (("person", "organization"), "confirmed_at"),
    "logged_mail": (("person",), "received_at"),
}
AUDIT = sa.table(
    "audit_entry", *map(sa.column, ("id", "subject_kind", "subject_id", "subject")), sa.column("at", Utc())
)


def upgrade() -> None:
    names = {"person": _names("Person"), "organization": _names("Organization")}
    for table, (kinds, at) in COLUMNS.items():
        for kind in kinds:
            # With a default, both databases add the column without rewriting the table.
            op.add_column(table, sa.Column(f"{kind}_name", sa.Text(), nullable=False, server_default=""))
            _fill(table, kind, at, names[kind])
            if op.get_bind().dialect.name == "postgresql":  # SQLite can't drop the default, and no code relies on it
                op.alter_column(table, f"{kind}_name", server_default=None)


def _names(subject_kind: str) -> dict[int, list[tuple[datetime, str]]]:
    """Return the names that the audit log has of each person or organization, with when each begins, in order."""
    entries = (
        sa.select(AUDIT.c.subject_id, AUDIT.c.at, AUDIT.c.subject)
        .where(AUDIT.c.subject_kind == subject_kind, AUDIT.c.subject_id.is_not(None))
        .order_by(AUDIT.c.at, AUDIT.c.id)
    )
    names: dict[int, list[tuple[datetime, str]]] = defaultdict(list)
    for number, at, subject in op.get_bind().execute(entries):
        name = subject.rpartition(" <")[0] if subject_kind == "Person" else subject
        if not names[number] or names[number][-1][1] != name:
            names[number].append((at, name))
    return names


def _fill(table: str, kind: str, at: str, names: dict[int, list[tuple[datetime, str]]]) -> None:
    """Set the present name in all rows, then the former ones of those who were renamed."""
    rows = sa.table(table, sa.column(f"{kind}_id"), sa.column(f"{kind}_name"), sa.column(at, Utc()))
    owner, column = rows.c[f"{kind}_id"], rows.c[f"{kind}_name"]
    named = sa.table(kind, sa.column("id"), sa.column("name"))
    present = sa.select(named.c.name).where(named.c.id == owner).scalar_subquery()
    op.execute(rows.update().where(owner.is_not(None)).values({column: present}))
    for number, periods in names.items():
        # The first name that is known is taken for the time before it, too.
        begins = [None, *(begin for begin, _name in periods[1:])]
        for (_begin, name), begin, end in zip(periods[:-1], begins[:-1], begins[1:], strict=True):
            within = [owner == number, rows.c[at] < end, *([rows.c[at] >= begin] if begin else [])]
            op.execute(rows.update().where(*within).values({column: name}))


def downgrade() -> None:
    for table, (kinds, _at) in COLUMNS.items():
        for kind in kinds:
            op.drop_column(table, f"{kind}_name")
