"""Makes a backup while the hub runs: mail that arrived first, then the database as it is now, then its files."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from config import Config
from hub import __version__
from hub.core import chosen_settings, clock, heartbeats, secret_keys
from hub.core.dates import moment_with_year, parse_time, plural
from hub.core.db import Database
from hub.core.errors import Refused
from hub.core.secret_keys import OldKey
from hub.library.files import originals
from hub.mail import actions as mail_actions
from hub.mail.delivery import keeping
from hub.mail.rules import LetterKind
from hub.operations import letters as operations_letters
from hub.operations.queries import backups as backups_queries
from hub.operations.rules import backups as backups_rules
from hub.operations.rules.backups import Keep, LastBackups, Manifest
from hub.operations.store import rows
from hub.operations.store.sealing import Seal
from hub.operations.store.target import Target
from hub.outreach import spool

Progress = Callable[[int, int], None]

KEYS = (secret_keys.SECRET_KEY, secret_keys.UNSUBSCRIBE_KEY)  # files of the instance folder


@dataclass(frozen=True)
class Made:
    """A complete backup, and what became of earlier ones."""

    name: str
    rows: int
    files: int
    new_objects: int
    new_bytes: int
    dropped: int
    not_pruned: str = ""  # why older backups weren't deleted, in a sentence
    missing: Sequence[str] = ()  # hashes of files that the hub doesn't have, or not as they were

    @property
    def problem(self) -> str:
        """What is wrong, in a sentence; empty if nothing is."""
        if not self.missing:
            return self.not_pruned
        files = plural(len(self.missing), "file")
        return f"The backup lacks {files}, because the hub’s copy is missing or damaged. Run hub verify to see which."


@dataclass
class _Objects:
    """The objects of the backup that is being made; those that are stored already aren't written again."""

    target: Target
    seal: Seal
    key: str
    known: Mapping[str, int]  # names and sizes of the objects of the newest backup
    sizes: dict[str, int] = field(default_factory=dict)
    new: int = 0
    new_bytes: int = 0

    def add(self, content: bytes) -> str:
        """Store a content, compressed, and return its SHA-256."""
        sha256 = hashlib.sha256(content).hexdigest()
        if not self.has(sha256):
            self._added(sha256, self.target.put(self._name(sha256), content, self.seal))
        return sha256

    def add_file(self, path: Path, sha256: str) -> bool:
        """Store a file; return False if it is missing or its content has another hash."""
        if self.has(sha256):
            return True
        try:
            size = self.target.put_file(self._name(sha256), path, sha256, self.seal)
        except FileNotFoundError:
            return False
        if size is not None:
            self._added(sha256, size)
        return size is not None

    def has(self, sha256: str) -> bool:
        """Return True if the object is stored, and has the size that it had when it was written."""
        name = self._name(sha256)
        size = self.target.size_of(name)
        if not size or self.known.get(name, size) != size:
            return False
        if name not in self.known:
            self.target.sync_later(name)
        self.sizes[name] = size
        return True

    def _added(self, sha256: str, size: int) -> None:
        self.sizes[self._name(sha256)] = size
        self.new, self.new_bytes = self.new + 1, self.new_bytes + size

    def _name(self, sha256: str) -> str:
        return backups_rules.object_name(self.key, sha256)


def back_up(
    database: Database,
    target: Target,
    *,
    recipients: Sequence[str] = (),
    keep: Keep | None = None,
    progress: Progress | None = None,
) -> Made:
    """Make a backup that contains every change committed before the call, and return what was made.

    ``recipients`` are age public keys. With ``keep``, backups that it doesn't keep are deleted at the end. Raises
    Refused if the backup couldn't be completed; earlier backups stay as they are.
    """
    seal = Seal(recipients)
    try:
        target.prepare()
        with target.lock():
            return _back_up(database, target, seal, keep, progress)
    except OSError as error:
        raise Refused(
            f"The backup couldn’t be written to {target.folder} ({error.strerror or error}). Earlier backups are unchanged."
        ) from error
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", error)).split("\n")[0]
        raise Refused(f"The database couldn’t be read, so there is no new backup ({reason}).") from error


def _back_up(database: Database, target: Target, seal: Seal, keep: Keep | None, progress: Progress | None) -> Made:
    config, made_at = database.config, clock.now()
    key = backups_rules.names_key(config.UNSUBSCRIBE_KEY, seal.recipients)
    objects = _Objects(target, seal, key, _sizes(target))
    # Mail that waits in a file now may be logged, and its file deleted, before the database is read: take it first.
    # Restored twice, it is still logged once.
    instance = _stored(objects, _waiting_mail(config))
    tables, hashes, schema = _database(database, objects)
    instance |= _stored(objects, _keys(config)) | _stored(objects, _kept_mail(config))
    missing, infected = _files(config, objects, hashes, progress)
    contents = {
        "tables": tables,
        "files": hashes,
        "instance": instance,
        "settings": {name: str(getattr(config, name)) for name in sorted(config.given)},
        "missing": missing,
        "infected": infected,
    }
    listed = json.dumps(contents | {"key": key}, ensure_ascii=False).encode("utf-8", "surrogatepass")
    manifest = Manifest(
        made_at=made_at.isoformat(),
        hub=__version__,
        schema=schema,
        contents=backups_rules.object_name(key, objects.add(listed)),
        objects=objects.sizes,
        encrypted_to=seal.recipients,
    )
    name = backups_rules.name_of(made_at)
    target.publish(name, manifest)
    dropped, not_pruned = _pruned(target, keep, config) if keep else (0, "")
    count = sum(table["rows"] for table in tables)
    return Made(
        name=name,
        rows=count,
        files=len(hashes) - len(missing),
        new_objects=objects.new,
        new_bytes=objects.new_bytes,
        dropped=dropped,
        missing=missing,
        not_pruned=not_pruned,
    )


def _sizes(target: Target) -> Mapping[str, int]:
    """Return the sizes of the objects of the newest backup, to notice those that were cut or changed since."""
    try:
        return target.manifest(target.newest()).objects
    except Refused:
        return {}


def _pruned(target: Target, keep: Keep, config: Config) -> tuple[int, str]:
    """Delete the backups that aren't kept; return their number, and why none were deleted if one can't be read."""
    try:
        dropped, _unused = target.prune(target.names(), lambda names: backups_rules.kept(names, keep, config.zone))
    except Refused as refused:
        return 0, f"The backup is complete, but older ones weren’t deleted, because one can’t be read: {refused}"
    return dropped, ""


def _database(database: Database, objects: _Objects) -> tuple[list[dict[str, Any]], Sequence[str], str]:
    """Store all rows; return the tables with their chunks, the hashes of the files in use, and the schema's revision."""
    with rows.snapshot(database.engine) as connection:
        shapes = rows.shapes(connection)
        tables = []
        for shape in shapes:
            chunks = [(objects.add(chunk.content), chunk.rows) for chunk in rows.chunks(connection, shape)]
            tables.append(
                {
                    "name": shape.name,
                    "columns": dict(shape.columns),
                    "rows": sum(count for _, count in chunks),
                    "chunks": [sha256 for sha256, _ in chunks],
                }
            )
        hashes = backups_queries.stored_hashes(connection, {shape.name for shape in shapes})
        return tables, hashes, backups_queries.schema_of(connection)


def _files(
    config: Config, objects: _Objects, hashes: Sequence[str], progress: Progress | None
) -> tuple[list[str], list[str]]:
    """Store the files in use; return those that are missing or damaged in the hub, and those kept apart as infected."""
    missing, infected = [], []
    for done, sha256 in enumerate(hashes, 1):
        path = originals.path_of(config, sha256)
        if not path.exists() and originals.quarantine_of(config, sha256).exists():
            path = originals.quarantine_of(config, sha256)
            infected.append(sha256)
        if not objects.add_file(path, sha256):
            missing.append(sha256)
        if progress:
            progress(done, len(hashes))
    return missing, infected


def _stored(objects: _Objects, files: Iterator[tuple[str, bytes]]) -> dict[str, str]:
    return {name: objects.add(content) for name, content in files}


def _waiting_mail(config: Config) -> Iterator[tuple[str, bytes]]:
    return _contents(config, spool.queued_files(config))


def _kept_mail(config: Config) -> Iterator[tuple[str, bytes]]:
    return _contents(config, sorted((config.INSTANCE / keeping.FOLDER).glob("*.eml")))


def _contents(config: Config, paths: Sequence[Path]) -> Iterator[tuple[str, bytes]]:
    for path in paths:
        try:
            yield path.relative_to(config.INSTANCE).as_posix(), path.read_bytes()
        except FileNotFoundError:  # logged or deleted in the meantime
            continue


def _keys(config: Config) -> Iterator[tuple[str, bytes]]:
    """Yield the keys that the hub uses, as files, also if they are set in the environment; and former keys."""
    in_use = dict(zip(KEYS, (config.SECRET_KEY, config.UNSUBSCRIBE_KEY), strict=True))
    if old := _old_keys(config):
        in_use[secret_keys.OLD_KEYS] = secret_keys.as_file(old)
    yield from ((name, key.encode()) for name, key in in_use.items())
    known = {*KEYS, secret_keys.OLD_KEYS}
    others = [path for path in sorted(config.INSTANCE.glob("*key*")) if path.is_file() and path.name not in known]
    yield from _contents(config, others)


def _old_keys(config: Config) -> list[OldKey]:
    """Return the former secret keys that still work; those from the environment as if they were replaced today."""
    stored = {old.key: old for old in secret_keys.old_keys(config.INSTANCE)}
    midnight = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)  # so that a day's backups are the same
    return [stored.get(key) or OldKey(midnight, key) for key in config.secret_keys[1:]]


def catch_up(database: Database) -> int:
    """Make the daily backup if it is due, and return the number of backups made. Failures are recorded and mailed."""
    config = database.config
    if not config.BACKUP_TO:
        return 0
    now = clock.now()
    slot = backups_rules.last_slot(now, parse_time(config.BACKUP_AT), config.zone)
    with database.reading() as db:
        if not _last_attempt(backups_queries.last_backups(db)).is_due(now, slot):
            return 0
    with database.writing() as db:
        last = _last_attempt(backups_queries.last_backups(db))
        if not last.is_due(now, slot):  # another worker has just begun
            return 0
        trying = LastBackups(now, heartbeats.worker_name(), last.good_at, last.problem)
        chosen_settings.store(db, backups_queries.LAST_BACKUPS, trying.as_json())
    problem = "The backup ended with an unexpected error. The hub’s log has the details."
    try:
        problem = back_up_and_record(database, Target.at(config.BACKUP_TO), _recipients(config), _keep(config)).problem
    except Refused as refused:
        problem = str(refused)
    finally:
        if problem:
            _tell(database, problem)
    return 1


def back_up_and_record(
    database: Database,
    target: Target,
    recipients: Sequence[str] = (),
    keep: Keep | None = None,
    progress: Progress | None = None,
) -> Made:
    """Make a backup, and record it as the latest one."""
    made = back_up(database, target, recipients=recipients, keep=keep, progress=progress)
    made_at = backups_rules.made_at_of(made.name)
    with database.writing() as db:
        record = LastBackups(made_at, "", made_at, made.problem)
        chosen_settings.store(db, backups_queries.LAST_BACKUPS, record.as_json())
    return made


def _last_attempt(last: LastBackups) -> LastBackups:
    """Return the record, without an attempt whose process was killed."""
    if last.tried_by and heartbeats.is_known_dead(last.tried_by):
        return LastBackups(None, "", last.good_at, last.problem)
    return last


def _recipients(config: Config) -> Sequence[str]:
    return config.BACKUP_ENCRYPT_TO.replace(",", " ").split()


def _keep(config: Config) -> Keep | None:
    return Keep.parse(config.BACKUP_KEEP) if config.BACKUP_KEEP else None


def _tell(database: Database, problem: str) -> None:
    """Record that a backup failed or is incomplete, and email the coordinators, at most once a day."""
    config = database.config
    with database.writing() as db:
        last = backups_queries.last_backups(db)
        record = LastBackups(last.tried_at, "", last.good_at, problem)
        chosen_settings.store(db, backups_queries.LAST_BACKUPS, record.as_json())
        good_at = moment_with_year(last.good_at.astimezone(config.zone)) if last.good_at else ""
        for person in backups_queries.coordinators(db):
            letter = operations_letters.backup_failed(config, person.name, problem, good_at)
            once = f"backup {clock.today(config.zone).isoformat()} person {person.id}"
            mail_actions.post(
                db, letter, to=person.email, name=person.name, once=once, kind=LetterKind.BACKUP, person_id=person.id
            )
