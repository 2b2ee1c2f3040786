"""What a backup needs to know: the files in use, the schema, the latest backups, and who hears of a failure."""

from collections.abc import Collection, Sequence

from sqlalchemy import column, select, table, text
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from hub.core import chosen_settings
from hub.members.models import Person
from hub.members.rules.organizations import Role
from hub.operations.rules.backups import LastBackups

LAST_BACKUPS = "last-backups"  # key of the stored setting
# The columns with the SHA-256 of stored files, by table. An earlier schema may lack some of the tables.
FILE_COLUMNS = {"revision": "sha256", "kept_file": "sha256"}


def schema_of(connection: Connection) -> str:
    """Return the revision of the database's schema."""
    return str(connection.scalar(text("SELECT version_num FROM alembic_version")))


def stored_hashes(connection: Connection, tables: Collection[str]) -> Sequence[str]:
    """Return the SHA-256 of every stored file that a row of ``tables`` refers to, sorted."""
    hashes: set[str] = set()
    for name, of_file in FILE_COLUMNS.items():
        if name in tables:
            source = table(name, column(of_file))
            hashes.update(
                connection.scalars(select(source.c[of_file]).where(source.c[of_file].is_not(None)).distinct())
            )
    if "file_scan" in tables:
        # Infected files are kept apart, and no backup needs them.
        scans = table("file_scan", column("sha256"), column("state"))
        hashes -= set(connection.scalars(select(scans.c.sha256).where(scans.c.state == "infected")))
    return sorted(hashes)


def last_backups(db: Session) -> LastBackups:
    """Return the record of the latest backups."""
    return LastBackups.parse(chosen_settings.stored(db, LAST_BACKUPS))


def coordinators(db: Session) -> Sequence[Person]:
    """Return the coordinators, ordered by name."""
    query = select(Person).where(Person.role == Role.COORDINATOR, Person.left_at.is_(None))
    return db.scalars(query.order_by(Person.name, Person.id)).all()
