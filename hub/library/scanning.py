"""Worker step: have originals checked for viruses by ClamAV, again whenever its signatures change. Idempotent.

The state of each original is in `FileScan`. Until it is clean, nothing opens it and no one can download it
(`is_clear`, `scan_objection` in `hub.library.queries`). An infected one is moved away from the others.
"""

import logging
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import ColumnElement, and_, delete, not_, null, select, update
from sqlalchemy.orm import Session, joinedload

from hub.core import clock
from hub.core.audit import HUB, note
from hub.core.db import Database, config_of
from hub.library import letters as library_letters
from hub.library.derive.previews import shelf
from hub.library.extract.version import READER_VERSION
from hub.library.files import originals, scanner
from hub.library.files.scanner import ScannerDown, Verdict
from hub.library.models import FileScan, KeptFile, Page, Resource, Revision
from hub.library.queries import SCANNER_SILENT, infected_sentence
from hub.library.rules import PreviewState, ScanState, Source, State
from hub.mail import actions as mail_actions
from hub.mail.rules import LetterKind
from hub.members import queries as members_queries
from hub.members.models import Person

log = logging.getLogger("hub.library")

FILES_PER_ROUND = 20
IN_BULK_PER_ROUND = 4
LATEST = 200  # files that are looked at for those that no one sent to the scanner
MOST_FAILURES = 3  # in a row, after which the scanner gets a pause
MISSING = "The file is missing from the hub’s storage."


def catch_up(database: Database) -> int:
    """Check some files: new ones first, then those without a verdict, then those checked with older signatures.

    Returns how many got a verdict.
    """
    address = database.config.CLAMD
    if not address:
        return 0
    try:
        version = scanner.version(address)
    except ScannerDown as error:
        _report_down(database, error, _new(database))
        return 0
    done, failures = _close_new_copies(database), 0
    for file_hash in _new(database) or _undecided(database, version) or _outdated(database, version):
        try:
            _check(database, file_hash, version)
        except ScannerDown as error:
            _report_down(database, error, [file_hash])
            failures += 1
            if failures == MOST_FAILURES:
                break
        else:
            done, failures = done + 1, 0
    return done


def waiting(db: Session) -> tuple[int, datetime | None]:
    """Return how many originals wait for a verdict, and when the first of those in resources was added.

    Of those that were never sent to the scanner, only the latest are looked at: they are sent first, and a health check
    must be quick with many files.
    """
    is_waiting = (FileScan.state == ScanState.WAITING, FileScan.trouble != MISSING)
    undecided = select(FileScan.sha256, Revision.created_at).outerjoin(Revision, Revision.sha256 == FileScan.sha256)
    added = {row.sha256: row.created_at for row in db.execute(undecided.where(*is_waiting))}
    latest = select(Revision.sha256, Revision.created_at).where(Revision.source == Source.FILE)
    kept = select(KeptFile.sha256, null()).order_by(KeptFile.id.desc())
    for files in (kept, latest.order_by(Revision.id.desc())):
        newest = {row[0]: row[1] for row in db.execute(files.limit(LATEST))}
        known = set(db.scalars(select(FileScan.sha256).where(FileScan.sha256.in_(newest))))
        added |= {sha256: moment for sha256, moment in newest.items() if sha256 not in known}
    return len(added), min((moment for moment in added.values() if moment), default=None)


def _close_new_copies(database: Database) -> int:
    """Close what was added while its bytes were being found infected; returns how many files."""
    left_open = (
        select(FileScan.sha256, FileScan.signature, FileScan.scanner)
        .join(Revision, Revision.sha256 == FileScan.sha256)
        .where(FileScan.state == ScanState.INFECTED, Revision.state != State.INFECTED)
        .distinct()
    )
    with database.reading() as db:
        if not db.execute(left_open.limit(1)).all():
            return 0
    with database.writing() as db:
        files = db.execute(left_open).all()
        for file_hash, signature, version in files:
            settle(db, file_hash, Verdict(ScanState.INFECTED, signature), version)
            _tell(db, file_hash, signature)
        return len(files)


def _new(database: Database) -> Sequence[str]:
    """Return originals that were never sent to the scanner: those that someone waits for first, then the newest.

    What came in bulk has its share, a few at a time, so that no one waits for many of them.
    """
    known = select(FileScan.sha256)
    revisions = select(Revision.sha256).where(Revision.source == Source.FILE, Revision.sha256.not_in(known))
    kept = select(KeptFile.sha256).where(KeptFile.sha256.not_in(known))
    with database.reading() as db:
        newest = revisions.order_by(Revision.id.desc())
        awaited = db.scalars(newest.where(not_(Revision.in_bulk)).limit(FILES_PER_ROUND)).all()
        in_bulk = db.scalars(newest.where(Revision.in_bulk).limit(IN_BULK_PER_ROUND)).all()
        others = db.scalars(kept.order_by(KeptFile.id.desc()).limit(FILES_PER_ROUND)).all()
    return list(dict.fromkeys(file_hash for file_hash in (*others, *awaited, *in_bulk) if file_hash))


def _undecided(database: Database, version: str) -> Sequence[str]:
    """Return originals without a verdict, the one tried the longest ago first, so that none holds up the others."""
    is_missing = and_(FileScan.trouble == MISSING, FileScan.scanner == version)
    undecided = select(FileScan.sha256).where(FileScan.state == ScanState.WAITING, not_(is_missing))
    with database.reading() as db:
        return db.scalars(undecided.order_by(FileScan.scanned_at, FileScan.sha256).limit(FILES_PER_ROUND)).all()


def _outdated(database: Database, version: str) -> Sequence[str]:
    """Return originals checked with other signatures, the longest ago first."""
    outdated = select(FileScan.sha256).where(FileScan.scanner != version, FileScan.state != ScanState.WAITING)
    with database.reading() as db:
        return db.scalars(outdated.order_by(FileScan.scanned_at, FileScan.sha256).limit(FILES_PER_ROUND)).all()


def _check(database: Database, file_hash: str, version: str) -> None:
    """Have one original checked, and write the verdict."""
    config = database.config
    paths = (originals.path_of(config, file_hash), originals.quarantine_of(config, file_hash))
    path = next((path for path in paths if path.is_file()), None)
    if path is None:
        verdict, trouble = Verdict(ScanState.WAITING), MISSING
    else:
        with path.open("rb") as file:
            verdict, trouble = scanner.check(config.CLAMD, file), ""
    with database.writing() as db:
        settle(db, file_hash, verdict, version, trouble)
    log.info("File scanned.", extra={"step": "scans", "done": f"{file_hash[:12]}: {verdict.state}"})


def settle(db: Session, file_hash: str, verdict: Verdict, version: str, trouble: str = "") -> None:
    """Write a verdict and what follows from it: an infected file is kept apart and its people are told. Idempotent."""
    scan = db.get(FileScan, file_hash, with_for_update=True)
    if scan is None:
        scan = FileScan(sha256=file_hash, state=ScanState.WAITING)
        db.add(scan)
    before = scan.state
    if trouble and before is ScanState.INFECTED:
        scan.scanner, scan.scanned_at = version, clock.now()  # restored from a backup, which has no infected files
        return
    scan.state, scan.signature, scan.scanner = verdict.state, verdict.signature, version
    scan.trouble, scan.scanned_at = trouble, clock.now()
    db.flush()
    if verdict.state is ScanState.INFECTED:
        originals.quarantine(config_of(db), file_hash)
        _close(db, file_hash, verdict.signature)
        if before is not ScanState.INFECTED:
            _tell(db, file_hash, verdict.signature)
    elif before is ScanState.INFECTED and verdict.state is ScanState.CLEAN:
        originals.release(config_of(db), file_hash)
        _reopen(db, file_hash)


def _close(db: Session, file_hash: str, signature: str) -> None:
    """Remove what was read and drawn from an infected file."""
    ids = _locked(db, Revision.sha256 == file_hash, Revision.state != State.INFECTED)
    if ids:
        db.execute(delete(Page).where(Page.revision_id.in_(ids)))
        _update(
            db,
            ids,
            state=State.INFECTED,
            state_detail=infected_sentence(signature),
            page_count=0,
            reader_version=READER_VERSION,
            preview_state=PreviewState.NONE,
        )
    shutil.rmtree(shelf.folder_of(config_of(db), file_hash), ignore_errors=True)


def _reopen(db: Session, file_hash: str) -> None:
    """Have a file read again in which the scanner no longer finds anything."""
    ids = _locked(db, Revision.sha256 == file_hash, Revision.state == State.INFECTED)
    _update(
        db,
        ids,
        state=State.WAITING,
        state_detail="",
        reader_version=0,
        tries=0,
        preview_version=0,
        preview_state=PreviewState.WAITING,
    )


def _locked(db: Session, *conditions: ColumnElement[bool]) -> Sequence[int]:
    """Return the ids of these revisions, with their resources locked, which all who change revisions lock first."""
    resources = select(Revision.resource_id).where(*conditions)
    locked = select(Resource.id).where(Resource.id.in_(resources)).order_by(Resource.id)
    db.execute(locked.with_for_update(key_share=True))
    return db.scalars(select(Revision.id).where(*conditions)).all()


def _update(db: Session, ids: Sequence[int], **values: object) -> None:
    """Change these revisions, end the leases of those who read them, and have search updated."""
    db.execute(update(Revision).where(Revision.id.in_(ids)).values(lease_token=None, lease_until=None, **values))
    resources = select(Revision.resource_id).where(Revision.id.in_(ids))
    db.execute(
        update(Resource)
        .where(Resource.id.in_(resources))
        .values(version=Resource.version + 1)
        .execution_options(synchronize_session=False)
    )


def _tell(db: Session, file_hash: str, signature: str) -> None:
    """Tell the people who added an infected file, and the coordinators."""
    base = config_of(db).BASE_URL
    coordinators = members_queries.coordinators(db)
    of_file = select(Revision).where(Revision.sha256 == file_hash)
    for revision in db.scalars(of_file.options(joinedload(Revision.resource), joinedload(Revision.created_by))).all():
        resource, uploader = revision.resource, revision.created_by
        note(db, HUB, "quarantined an infected file of", resource, signature=signature, revision=revision.number)
        virus = Virus(
            revision.file_name or "",
            resource.title,
            signature,
            f"{base}/resources/{resource.id}",
            f"resource {resource.id}",
        )
        if uploader is not None and uploader.left_at is None:
            _post(db, uploader, virus, is_uploader=True)
        for person in coordinators:
            _post(db, person, virus, is_uploader=False)
    for file in db.scalars(select(KeptFile).where(KeptFile.sha256 == file_hash)).all():
        for person in coordinators:
            _post(
                db,
                person,
                Virus(file.file_name, file.holder, signature, f"{base}/storage", file.holder),
                is_uploader=False,
            )


@dataclass(frozen=True)
class Virus:
    """An infected file: its name, the resource or record that it belongs to, what was found, and where to see it."""

    file_name: str
    where: str
    signature: str
    address: str
    about: str


def _post(db: Session, person: Person, virus: Virus, *, is_uploader: bool) -> None:
    """Post the letter to one person, once for each file and find; an uploader who is a coordinator gets one."""
    letter = library_letters.infected(
        person.name, virus.file_name, virus.where, virus.signature, virus.address, is_uploader=is_uploader
    )
    words = f"{virus.about} {virus.file_name} {virus.signature}"
    mail_actions.post(
        db,
        letter,
        to=person.email,
        name=person.name,
        once=f"virus {sha256(words.encode()).hexdigest()[:32]} person {person.id}",
        kind=LetterKind.VIRUS,
        about=virus.about,
        person_id=person.id,
    )


def _report_down(database: Database, error: ScannerDown, files: Sequence[str]) -> None:
    """Note on files without a verdict that the scanner doesn't answer."""
    if files:
        log.warning("The virus scanner gave no answer (%s). The file waits until it does.", error)
        with database.writing() as db:
            for file_hash in files:
                values = {"trouble": SCANNER_SILENT, "scanned_at": clock.now()}
                known = db.get(FileScan, file_hash)
                if known is None:
                    db.add(FileScan(sha256=file_hash, state=ScanState.WAITING, **values))
                else:
                    known.trouble, known.scanned_at = SCANNER_SILENT, clock.now()
