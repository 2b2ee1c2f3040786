"""Disk space for uploads, with what is still under way, and the storage that each organization uses."""

import json
import shutil

from sqlalchemy import func, select, true
from sqlalchemy.orm import Session

from config import Config
from hub.core import clock, dates
from hub.core.db import config_of
from hub.library.models import Resource, Revision
from hub.members.models import Organization, Person

MEGABYTE = 1_000_000
# An upload that sent nothing for this long no longer reserves space: otherwise one could reserve all without sending.
RESERVED_FOR = 15 * 60  # seconds
PARTS = "files/parts"


def reserved(config: Config, person_ids: frozenset[int] | None = None) -> int:
    """Return the bytes that uploads under way, of these people or of everyone, will still send or have sent.

    For everyone, only what is missing counts, since the rest is on the disk already; for some people, all of it.
    """
    total, now = 0, clock.now().timestamp()
    for note in (config.UPLOADS / PARTS).glob("*/*.json"):
        if person_ids is not None and int(note.parent.name) not in person_ids:
            continue
        try:
            content = note.with_suffix("").stat()
            length = int(json.loads(note.read_text())["length"])
        except (OSError, ValueError, KeyError):
            continue  # it was stored or removed meanwhile
        if now - content.st_mtime < RESERVED_FOR:
            total += length if person_ids is not None else max(0, length - content.st_size)
    return total


def has_room(config: Config, length: int = 0) -> bool:
    """Return True if the disk keeps MIN_FREE_MB free with ``length`` bytes more and all uploads under way."""
    free = shutil.disk_usage(config.UPLOADS).free
    return free - reserved(config) - length >= config.MIN_FREE_MB * MEGABYTE


def used_by_organizations(db: Session, only: int | None = None) -> dict[int, int]:
    """Return the bytes of each organization's files, earlier revisions too, by its id; the same file counts once.

    ``only`` limits this to one organization, by id.
    """
    files = (
        select(Resource.organization_id, Revision.sha256, func.max(Revision.size).label("size"))
        .join(Resource, Resource.id == Revision.resource_id)
        .where(Revision.sha256.is_not(None), true() if only is None else Resource.organization_id == only)
        .group_by(Resource.organization_id, Revision.sha256)
        .subquery()
    )
    used = select(files.c.organization_id, func.sum(files.c.size)).group_by(files.c.organization_id)
    return {organization: int(size) for organization, size in db.execute(used)}


def quota_objection(db: Session, organization_id: int, length: int, sha256: str = "") -> str:
    """Return why the organization can't store a file of this length, and what to do; empty if it can.

    ``sha256`` is that of a file that has arrived: it costs nothing if the organization has it already. Without it, the
    organization's uploads under way count too.
    """
    quota = config_of(db).UPLOAD_QUOTA_MB * MEGABYTE
    if not quota:
        return ""
    # Two uploads at once must not both take the last of it.
    organization = db.scalars(select(Organization).where(Organization.id == organization_id).with_for_update()).one()
    own = select(Revision.id).join(Resource, Resource.id == Revision.resource_id)
    if sha256 and db.scalar(own.where(Resource.organization_id == organization.id, Revision.sha256 == sha256).limit(1)):
        return ""
    used = used_by_organizations(db, organization.id).get(organization.id, 0)
    if not sha256:
        people = db.scalars(select(Person.id).where(Person.organization_id == organization.id))
        used += reserved(config_of(db), frozenset(people))
    if used + length <= quota:
        return ""
    return (
        f"{organization.name} has used {dates.file_size(used)} of its {dates.file_size(quota)} of storage, so this file of "
        f"{dates.file_size(length)} doesn’t fit. Add a link to it instead, or ask your coordinator for more storage."
    )
