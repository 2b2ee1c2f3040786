"""Add the people whom acts of sharing reached, and the act of sharing that an entry belongs to."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "2026_11_27_people_reached"
down_revision = "2026_11_27_set_aside"
branch_labels = None
depends_on = None

AT_A_TIME = 1_000  # rows
EVENT = sa.table(
    "sharing_event",
    *map(sa.column, ("id", "share_id", "act", "carrier", "once", "people", "supersedes_id")),
    *map(sa.column, ("organization_id", "quarter")),
    sa.column("void", sa.Boolean()),
)
REACHED = sa.table("reached_person", sa.column("share_id"), sa.column("key"))
LINK = sa.table("pack_link", *map(sa.column, ("id", "pack_id", "stakeholder_id", "logged")))
ORGANIZATION = sa.table("organization", sa.column("id"), sa.column("name"))
STAKEHOLDER = sa.table("stakeholder", sa.column("id"), sa.column("address_hash"))


def upgrade() -> None:
    # As one statement, both databases add the column without rewriting the table; a log may have a million rows.
    name = op.f("fk_sharing_event_share_id")
    op.execute(f"ALTER TABLE sharing_event ADD COLUMN share_id INTEGER CONSTRAINT {name} REFERENCES sharing_event (id)")
    op.create_table(
        "reached_person",
        sa.Column("share_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["share_id"], ["sharing_event.id"], name=op.f("fk_reached_person_share_id")),
        sa.PrimaryKeyConstraint("share_id", "key", name=op.f("pk_reached_person")),
    )
    shares = _shares()
    members = [{"row": row.id, "share": first.id} for first, *others in shares for row in others]
    _in_batches(EVENT.update().where(EVENT.c.id == sa.bindparam("row")).values(share_id=sa.bindparam("share")), members)
    _in_batches(REACHED.insert(), _people(shares))
    _print_changes()


def _shares() -> list[list[sa.Row[Any]]]:
    """Return the entries of each act of sharing, which older hubs recorded only in their idempotency keys."""
    rows = op.get_bind().execute(sa.select(EVENT).where(EVENT.c.act.in_(("declared", "forward"))).order_by(EVENT.c.id))
    shares: dict[str, list[sa.Row[Any]]] = defaultdict(list)
    names: dict[int, str] = {}
    for row in rows:
        names[row.id] = names.get(row.supersedes_id) or _name(row)
        shares[names[row.id]].append(row)
    return list(shares.values())


def _name(row: sa.Row[Any]) -> str:
    """Return the same name for the entries of one form, email, or round of a pack."""
    words = (row.once or "").split()
    match words:
        case ["declare", person, form, _resource]:
            return f"report {person} {form}"
        case ["mail", mail, _resource]:
            return f"mail {mail}"
        case ["pack", pack, "item", _item, "round", number, day]:
            return f"pack {pack} {number} {day}"
    return f"entry {row.id}"


def _people(shares: Iterable[list[sa.Row[Any]]]) -> Iterator[dict[str, object]]:
    """Yield the people of every forward: by their address where a pack still knows it, else once for each act."""
    hashes = dict(
        op.get_bind()
        .execute(
            sa.select(LINK.c.id, STAKEHOLDER.c.address_hash).join(
                STAKEHOLDER, STAKEHOLDER.c.id == LINK.c.stakeholder_id
            )
        )
        .all()
    )
    recipients: dict[int, list[str]] = defaultdict(list)
    for link_id, pack_id in op.get_bind().execute(
        sa.select(LINK.c.id, LINK.c.pack_id).where(LINK.c.logged).order_by(LINK.c.id)
    ):
        recipients[pack_id].append(hashes.get(link_id) or f"pack link {link_id}")
    for first, *_others in shares:
        if first.act != "forward":
            continue
        count = first.people or (1 if first.carrier in {None, "opening"} else 0)
        words = (first.once or "").split()
        match words:
            case ["forward", _link, *_day, visitor]:
                known = [f"visitor {visitor}"]
            case ["pack", _pack, "opened", _link, _item, *_day, visitor] if "-" not in visitor:
                known = [f"visitor {visitor}"]
            case ["pack", _pack, "opened", link, _item, *_day]:
                known = [hashes.get(int(link)) or f"pack link {link}"]
            case ["pack", pack, "item", *_rest]:
                waiting = recipients[int(pack)]
                known, recipients[int(pack)] = waiting[:count], waiting[count:]
            case _:
                known = []
        unnamed = [f"entry {first.id} person {place}" for place in range(1, count - len(known) + 1)]
        yield from ({"share_id": first.id, "key": key} for key in sorted({*known, *unnamed}))


def _in_batches(statement: sa.Executable, rows: Iterable[dict[str, object]]) -> None:
    batch: list[dict[str, object]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == AT_A_TIME:
            op.get_bind().execute(statement, batch)
            batch = []
    if batch:
        op.get_bind().execute(statement, batch)


def _print_changes() -> None:
    """Print for which organization and quarter the number of people reached has changed."""
    of = (EVENT.c.organization_id, EVENT.c.quarter)
    later = EVENT.alias("later")
    counts = sa.and_(
        EVENT.c.act.in_(("declared", "forward")),
        sa.not_(EVENT.c.void),
        ~sa.select(later.c.id).where(later.c.supersedes_id == EVENT.c.id).exists(),
    )
    is_opening = (EVENT.c.act == "forward") & (EVENT.c.carrier.is_(None) | (EVENT.c.carrier == "opening"))
    number = sa.func.coalesce(EVENT.c.people, sa.case((is_opening, 1), else_=0))
    before = sa.select(*of, sa.func.sum(number)).where(counts).group_by(*of).order_by(*of)
    share = sa.func.coalesce(EVENT.c.share_id, EVENT.c.id)
    reported = sa.func.max(sa.case((EVENT.c.act == "declared", EVENT.c.people)))
    shares = (
        sa.select(*of, share.label("share"), reported.label("reported")).where(counts).group_by(*of, share).subquery()
    )
    each = (shares.c.organization_id, shares.c.quarter)
    known = sa.select(*each, sa.func.count(REACHED.c.key.distinct())).group_by(*each)
    now = _by_quarter(known.join(REACHED, REACHED.c.share_id == shares.c.share))
    reported_now = _by_quarter(sa.select(*each, sa.func.sum(shares.c.reported)).group_by(*each))
    names = dict(op.get_bind().execute(sa.select(ORGANIZATION.c.id, ORGANIZATION.c.name)).all())
    for key, people in _by_quarter(before).items():
        if people != now.get(key, 0):
            organization_id, quarter = key
            print(  # noqa: T201 - for the operator who upgrades
                f"{names[organization_id]}, {quarter[4:]} {quarter[:4]}: people reached {people} before, "
                f"now {now.get(key, 0)}; said to have reached {reported_now.get(key) or 0}"
            )


def _by_quarter(statement: sa.Select[Any]) -> dict[tuple[int, str], int | None]:
    return {(row[0], row[1]): row[2] for row in op.get_bind().execute(statement)}


def downgrade() -> None:
    op.drop_table("reached_person")
    op.drop_column("sharing_event", "share_id")
