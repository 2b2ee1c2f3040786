"""Keep names in attendance entries; compare what meeting participants were matched by, and review what contradicts."""

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise

import sqlalchemy as sa
from alembic import op

from hub.calls.rules.matching import is_generic
from hub.core.addresses import own_domain
from hub.calls.rules.participants import normalize_name
from hub.core.db import Utc

revision = "2026_11_27_attendance_evidence"
down_revision = "2026_11_27_names_in_the_log"
branch_labels = None
depends_on = None

PERSON = sa.table("person", sa.column("id"), sa.column("name"), sa.column("email"), sa.column("organization_id"))
ORGANIZATION = sa.table("organization", sa.column("id"), sa.column("name"), sa.column("website"))
ENTRY = sa.table(
    "call_attendance",
    sa.column("name"),
    sa.column("organization_name"),
    sa.column("person_id"),
    sa.column("organization_id"),
    sa.column("recorded_at", Utc()),
)
AUDIT = sa.table(
    "audit_entry", *map(sa.column, ("id", "subject_kind", "subject_id", "subject")), sa.column("at", Utc())
)
REPORT = sa.table("meeting_report", sa.column("id"), sa.column("read_at"))
ALIAS = sa.table("meeting_alias", sa.column("key"), sa.column("organization_id"))
GUEST = sa.table(
    "meeting_participant",
    *(sa.column(name) for name in ("id", "report_id", "key", "name", "name_key", "email", "state", "how")),
    *(sa.column(name) for name in ("organization_id", "decided_at")),
)


def upgrade() -> None:
    _add("call_attendance", sa.Column("organization_name", sa.Text(), nullable=False, server_default=""))
    _add("meeting_participant", sa.Column("name_key", sa.String(320), nullable=False, server_default=""))
    _add("meeting_participant", sa.Column("has_namesake", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("meeting_participant", sa.Column("decided_at", Utc(), nullable=True))
    op.create_index(op.f("ix_meeting_participant_name_key"), "meeting_participant", ["name_key"])
    _keep_names()
    _settle_participants()


def _add(table: str, column: sa.Column[object]) -> None:
    """Add a column with a default, so that neither database rewrites the table."""
    op.add_column(table, column)
    if op.get_bind().dialect.name == "postgresql":  # SQLite can't drop the default, and the hub never relies on it
        op.alter_column(table, column.name, server_default=None)


def _keep_names() -> None:
    """Store the current names in old entries, then the former ones that the audit log has."""
    person = sa.select(PERSON.c.name).where(PERSON.c.id == ENTRY.c.person_id).scalar_subquery()
    organization = sa.select(ORGANIZATION.c.name).where(ORGANIZATION.c.id == ENTRY.c.organization_id).scalar_subquery()
    op.execute(ENTRY.update().values(organization_name=organization))
    op.execute(ENTRY.update().where(ENTRY.c.person_id.is_not(None)).values(name=person))
    for kind, owner, column in (
        ("Person", ENTRY.c.person_id, ENTRY.c.name),
        ("Organization", ENTRY.c.organization_id, ENTRY.c.organization_name),
    ):
        for number, begin, end, name in _former_names(kind):
            within = [owner == number, ENTRY.c.recorded_at < end]
            within += [ENTRY.c.recorded_at >= begin] if begin else []
            op.execute(ENTRY.update().where(*within).values({column: name}))


def _former_names(subject_kind: str) -> Iterator[tuple[int, datetime | None, datetime, str]]:
    """Yield whose name it was, from when (None: ever) until when, and the name."""
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
    for number, periods in names.items():
        for place, ((begin, name), (end, _)) in enumerate(pairwise(periods)):
            yield number, begin if place else None, end, name


def _settle_participants() -> None:
    connection = op.get_bind()
    keys = [
        {"number": row.id, "key_of_name": normalize_name(row.name)[:300]}
        for row in connection.execute(sa.select(GUEST.c.id, GUEST.c.name))
        if not is_generic(row.name)
    ]
    if keys:
        update = GUEST.update().where(GUEST.c.id == sa.bindparam("number"))
        connection.execute(update.values(name_key=sa.bindparam("key_of_name")), keys)
    read_at = sa.select(REPORT.c.read_at).where(REPORT.c.id == GUEST.c.report_id).scalar_subquery()
    op.execute(GUEST.update().where(GUEST.c.state.in_(("matched", "outside"))).values(decided_at=read_at))
    by_address = sa.select(ALIAS.c.key).where(ALIAS.c.key == GUEST.c.key, GUEST.c.email != "").exists()
    op.execute(GUEST.update().where(GUEST.c.how == "remembered", by_address).values(how="remembered-address"))
    if doubtful := _matched_against_an_address():
        op.execute(GUEST.update().where(GUEST.c.id.in_(doubtful)).values(decided_at=None))


def _matched_against_an_address() -> list[int]:
    """Return the participants whose name was believed although their address is from elsewhere."""
    connection = op.get_bind()
    domains: dict[int, set[str]] = defaultdict(set)
    for person in connection.execute(sa.select(PERSON.c.organization_id, PERSON.c.email)):
        domains[person.organization_id].add(person.email.rpartition("@")[2].lower())
    for organization in connection.execute(sa.select(ORGANIZATION.c.id, ORGANIZATION.c.website)):
        host = re.sub(r"^(https?://)?(www\.)?", "", organization.website.lower()).partition("/")[0]
        domains[organization.id].add(host)
    guests = connection.execute(
        sa.select(GUEST.c.id, GUEST.c.email, GUEST.c.organization_id).where(
            GUEST.c.how.in_(("name", "remembered")), GUEST.c.email != "", GUEST.c.state == "matched"
        )
    )
    return [
        guest.id
        for guest in guests
        if (domain := own_domain(guest.email.rpartition("@")[2])) and domain not in domains[guest.organization_id]
    ]


def downgrade() -> None:
    op.drop_index(op.f("ix_meeting_participant_name_key"), "meeting_participant")
    op.execute(GUEST.update().where(GUEST.c.how == "remembered-address").values(how="remembered"))
    op.execute(GUEST.update().where(GUEST.c.state == "not-member").values(state="outside"))
    for column in ("decided_at", "has_namesake", "name_key"):
        op.drop_column("meeting_participant", column)
    op.drop_column("call_attendance", "organization_name")
