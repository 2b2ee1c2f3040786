"""Gathers what the health check looks at. Each check costs a query or two, so monitors can ask every few seconds."""

import sqlite3
import time
from collections.abc import Callable, Sequence

from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from config import Config
from hub.core import clock, disk, heartbeats
from hub.library import queries as library_queries
from hub.library import scanning
from hub.library.extract import walls
from hub.library.extract.version import READER_VERSION
from hub.library.files import scanner
from hub.library.models import Revision
from hub.library.rules import PreviewState
from hub.mail import queries as mail_queries
from hub.mail.models import OutboxMessage
from hub.mail.rules import State
from hub.operations.queries import backups as backups_queries
from hub.operations.rules import health as health_rules
from hub.operations.rules.health import FAILED_PICTURES, Check, Level, Line
from hub.search import derive, index
from hub.search.store import folders, meaning

SCANNER_TIMEOUT = 1.0  # seconds
SILENCE_KEPT = 5.0  # seconds; anyone may ask for the state
UNREACHABLE = "The database can’t be reached, so pages can’t be served. Start it, or check HUB_DATABASE_URL."


def checks(db: Session, config: Config) -> Sequence[Check]:
    """Return all checks; only the first one if the database doesn't answer."""
    database = check_database(db)
    if database.level is Level.DOWN:
        return [database]
    others: dict[str, Callable[[], Check]] = {
        "index": lambda: check_index(config),
        "worker": lambda: check_worker(db),
        "disk": lambda: check_space(config),
        "reserve": lambda: health_rules.reserve(config.RESERVE_MB * 1_000_000, disk.reserve_bytes(config)),
        "mail": lambda: check_mail(db),
        "files": lambda: check_files(db),
        "scanner": lambda: check_scanner(db, config),
        "pictures": lambda: check_pictures(db),
        "backup": lambda: check_backup(db, config),
        "walls": lambda: check_walls(config),
    }
    if meaning.place_of(config):  # an extra that most hubs don't have
        others["meaning"] = lambda: check_meaning(db, config)
    return [database, *(_checked(db, name, check) for name, check in others.items())]


def _checked(db: Session, name: str, check: Callable[[], Check]) -> Check:
    """Return the check; if it fails itself, what it was to look at is unknown, which a person should know."""
    try:
        return check()
    except (SQLAlchemyError, OSError) as error:
        db.rollback()
        reason = str(getattr(error, "orig", error)).splitlines()[0]
        return Check(name, Level.DEGRADED, f"The state of this part can’t be read ({reason}).", "unknown")


def check_database(db: Session) -> Check:
    """Check that the database answers."""
    kind = db.get_bind().dialect.name
    try:
        db.execute(text("SELECT 1 FROM setting WHERE 1 = 0"))
    except SQLAlchemyError:
        return Check("database", Level.DOWN, UNREACHABLE, "unreachable", {"kind": kind})
    version = {"version": sqlite3.sqlite_version} if kind == "sqlite" else {}
    return Check("database", figures={"kind": kind} | version)


def check_index(config: Config) -> Check:
    """Check that the search index exists and no reader has reported damage."""
    folder = folders.current_folder(folders.root_of(config))
    if folder is not None and folders.is_damaged(folder):
        sentence = "The search index is damaged; the worker builds a new one. If it stays so, run hub rebuild --index."
        return Check("index", Level.DEGRADED, sentence, "damaged")
    state = index.state(config)
    if state["state"] != "ok":
        sentence = "The search index is being built; until then, search uses only titles."
        return Check("index", Level.DEGRADED, sentence, str(state["state"]))
    return Check("index", figures={"entries": state["entries"]})


def check_meaning(db: Session, config: Config) -> Check:
    """Check that the model of search by meaning can be used, and count the resources that have vectors."""
    if trouble := meaning.trouble_of(config):
        return Check("meaning", Level.DEGRADED, f"{trouble} Until then, search goes by words.", "unusable")
    encoded, resources = derive.progress_of(db, meaning.version_of(config))
    return Check("meaning", figures={"encoded": encoded, "resources": resources})


def check_worker(db: Session) -> Check:
    """Check that a worker runs, and that each of its lines moves."""
    lines = [Line(row.line, row.moved_at, row.step, row.failures) for row in heartbeats.lines(db)]
    return health_rules.worker(heartbeats.is_alive(db), lines, clock.now())


def check_space(config: Config) -> Check:
    """Check the free space of the folders of the hub."""
    folders_of = {"instance": config.INSTANCE, "uploads": config.UPLOADS}
    free = {name: disk.free_bytes(folder) for name, folder in folders_of.items()}
    return health_rules.space(free, config.MIN_FREE_MB * 1_000_000)


def check_mail(db: Session) -> Check:
    """Check that email is sent when it is due."""
    waits, now = OutboxMessage.state == State.WAITING, clock.now()
    troubled = mail_queries.oldest_delayed_message(db)
    first_due = db.scalar(select(func.min(OutboxMessage.due_at)).where(waits, OutboxMessage.trouble == ""))
    oldest = min((moment for moment in (first_due, troubled and troubled.since) if moment), default=None)
    waiting = db.scalar(select(func.count(OutboxMessage.id)).where(waits, OutboxMessage.since <= now)) or 0
    return health_rules.mail(oldest, waiting, troubled.trouble if troubled else "", now)


def check_files(db: Session) -> Check:
    """Check that uploads are read soon."""
    oldest = select(func.min(Revision.created_at)).where(Revision.reader_version == 0)  # never read, by any version
    return health_rules.files(db.scalar(oldest), library_queries.waiting(db, READER_VERSION), clock.now())


def check_scanner(db: Session, config: Config) -> Check:
    """Check that the virus scanner answers, if there is to be one, and that no file waits for it for long."""
    if not config.CLAMD:
        return health_rules.scanner(False, "", 0, None, clock.now())
    trouble = _scanners_trouble(config.CLAMD)
    return health_rules.scanner(True, trouble, *scanning.waiting(db), clock.now())


_trouble_at: dict[str, tuple[float, str]] = {}  # by the address of a scanner: when it last gave no answer, and why


def _scanners_trouble(address: str) -> str:
    """Return why the scanner doesn't answer, or "". Silence is remembered for a while, since it holds a thread."""
    moment, trouble = _trouble_at.get(address, (0.0, ""))
    if trouble and time.monotonic() - moment < SILENCE_KEPT:
        return trouble
    try:
        scanner.version(address, SCANNER_TIMEOUT)
    except scanner.ScannerDown as error:
        _trouble_at[address] = (time.monotonic(), str(error))
        return str(error)
    return ""


def check_pictures(db: Session) -> Check:
    """Check that pages are drawn, by the files that were drawn last."""
    drawn = Revision.preview_state.in_((PreviewState.PICTURES, PreviewState.UNMATCHED, PreviewState.FAILED))
    query = select(Revision.preview_state).where(drawn).order_by(Revision.id.desc()).limit(FAILED_PICTURES)
    return health_rules.pictures([state is PreviewState.FAILED for state in db.scalars(query)])


def check_backup(db: Session, config: Config) -> Check:
    """Check the age of the last backup, if the worker is to make one every day."""
    last = backups_queries.last_backups(db)
    return health_rules.backup(bool(config.BACKUP_TO), last.good_at, last.problem, clock.now())


def check_walls(config: Config) -> Check:
    """Check that the walls around programs that open untrusted files can be built."""
    if missing := walls.missing(config):
        return Check("walls", Level.DEGRADED, " ".join(wall.sentence for wall in missing), "missing")
    return Check("walls")
