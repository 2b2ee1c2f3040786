"""What the coordinator's storage page shows: each organization's files, the disk, and the virus scanner."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config import Config
from hub.core.db import config_of
from hub.library import queries as library_queries
from hub.library.files import space
from hub.library.models import FileScan, KeptFile, Revision
from hub.library.rules import ScanState
from hub.members.models import Organization


@dataclass(frozen=True)
class Use:
    """The storage that an organization uses, in bytes."""

    organization: Organization
    used: int


def uses(db: Session) -> Sequence[Use]:
    """Return what each organization uses, the most first; organizations without files are left out."""
    used = space.used_by_organizations(db)
    organizations = db.scalars(select(Organization).where(Organization.id.in_(used))).all()
    return sorted(
        (Use(organization, used[organization.id]) for organization in organizations),
        key=lambda use: (-use.used, use.organization.name),
    )


@dataclass(frozen=True)
class Disk:
    """The disk with the uploads, in bytes."""

    free: int
    reserved: int  # for uploads under way
    kept_free: int  # what uploads leave

    @property
    def is_short(self) -> bool:
        """True if uploads are refused, or soon will be."""
        return self.free - self.reserved < 2 * self.kept_free


def disk(config: Config) -> Disk:
    """Return the space on the disk with the uploads."""
    free = shutil.disk_usage(config.UPLOADS).free
    return Disk(free, space.reserved(config), config.MIN_FREE_MB * space.MEGABYTE)


@dataclass(frozen=True)
class Scans:
    """How many files wait for the virus check, are too large for it, and are infected, with the latter's names."""

    waiting: int
    silent: int  # of those that wait: how many because the scanner doesn't answer
    too_large: int
    infected: list[tuple[int | None, str, str]]  # the resource, or None; the file's name; what was found


def count_unscanned(db: Session) -> int:
    """Return the number of files that wait because the virus scanner doesn't answer."""
    if not config_of(db).CLAMD:
        return 0
    waits = (FileScan.state == ScanState.WAITING, FileScan.trouble == library_queries.SCANNER_SILENT)
    return db.scalar(select(func.count()).select_from(FileScan).where(*waits)) or 0


def scans(db: Session) -> Scans:
    """Return the results of virus checks for the coordinator's page. Without a scanner, nothing waits."""
    by_state = select(FileScan.state, func.count()).group_by(FileScan.state)
    counts = {row[0]: row[1] for row in db.execute(by_state)}
    known = select(FileScan.sha256)
    new = select(func.count(func.distinct(Revision.sha256))).where(Revision.sha256.not_in(known))
    waiting = counts.get(ScanState.WAITING, 0) + (db.scalar(new) or 0) if config_of(db).CLAMD else 0
    is_infected = FileScan.state == ScanState.INFECTED
    revisions = (
        select(Revision.resource_id, Revision.file_name, FileScan.signature)
        .join(FileScan, FileScan.sha256 == Revision.sha256)
        .where(is_infected)
        .order_by(Revision.id.desc())
    )
    kept = (
        select(KeptFile.file_name, FileScan.signature)
        .join(FileScan, FileScan.sha256 == KeptFile.sha256)
        .where(is_infected)
        .order_by(KeptFile.id.desc())
    )
    infected: list[tuple[int | None, str, str]] = [(row[0], row[1] or "", row[2]) for row in db.execute(revisions)]
    infected += [(None, row[0], row[1]) for row in db.execute(kept)]
    return Scans(waiting, count_unscanned(db), counts.get(ScanState.TOO_LARGE, 0), infected)
