"""Restores a hub from a backup: builds it next to the old one, verifies it, and swaps."""

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import update
from sqlalchemy.exc import SQLAlchemyError

from config import Config
from hub.core import clock, in_use
from hub.core.dates import file_size, plural
from hub.core.db import Database
from hub.core.errors import Refused
from hub.library.files import originals
from hub.mail.models import OutboxMessage
from hub.mail.rules import State
from hub.operations.actions.backing_up import KEYS
from hub.operations.queries import integrity as integrity_queries
from hub.operations.rules import backups as backups_rules
from hub.operations.rules.backups import Manifest
from hub.operations.store import occupants, rows
from hub.operations.store.rows import TableShape
from hub.operations.store.sealing import Identity
from hub.operations.store.staging import SETTINGS, Stage
from hub.operations.store.target import Target, free_space, needed
from hub.sharing.queries.checking import altered_records

Progress = Callable[[int, int], None]

_INSTANCE_FILE = re.compile(r"[\w.-]*key[\w.-]*|mail/\d+\.eml|mail-in/[\w-]+\.mail")


@dataclass(frozen=True)
class Migrations:
    """What a restore needs of the migrations: migrating to a revision, and whether a revision is known."""

    upgrade: Callable[[Database, str], None]
    knows: Callable[[str], bool]


@dataclass(frozen=True)
class Restored:
    """What was restored, where the old data is, and what a person should know."""

    name: str
    rows: int
    files: int
    aside: Sequence[str]
    notes: Sequence[str]


@dataclass(frozen=True)
class Source:
    """An opened backup."""

    target: Target
    name: str
    manifest: Manifest
    contents: Mapping[str, Any]
    identity: Identity | None

    def object_name(self, sha256: str) -> str:
        """Return the name of the object with this content."""
        return backups_rules.object_name(self.contents["key"], sha256)

    def content(self, sha256: str) -> bytes:
        """Return a compressed object's content; raises Refused if it is damaged."""
        return self.target.get(self.object_name(sha256), sha256, self.identity)

    def files(self) -> Sequence[str]:
        """Return the hashes of the files in the backup."""
        missing = set(self.contents["missing"])
        return [name for name in self.contents["files"] if name not in missing]

    def copy_file(self, hashed: str, path: Path) -> None:
        """Copy a file from the backup; raises Refused if it is damaged."""
        self.target.get_file(self.object_name(hashed), hashed, path, self.identity)


def opened(target: Target, name: str = "", identity_file: Path | None = None) -> Source:
    """Open a backup, the newest one without ``name``; raises Refused if it can't be read."""
    name = name or target.newest()
    manifest = target.manifest(name)
    if manifest.encrypted_to and identity_file is None:
        raise Refused("This backup is encrypted. Name the file with your age key: --identity FILE.")
    identity = Identity(identity_file) if manifest.encrypted_to else None
    listed = target.read(manifest.contents, identity)
    try:
        contents = json.loads(listed)
        is_intact = manifest.contents == backups_rules.object_name(contents["key"], sha256(listed).hexdigest())
    except (ValueError, KeyError, TypeError):
        is_intact = False
    if not is_intact:
        raise Refused("The list of this backup’s contents is damaged. Choose another backup with --at.")
    return Source(target, name, manifest, contents, identity)


def check(source: Source, folder: Path, progress: Progress | None = None) -> int:
    """Read everything in a backup and compare it with its hashes; return the number of objects.

    ``folder`` is for temporary files. Raises Refused for the first object that is missing or damaged.
    """
    compressed = [
        *source.contents["instance"].values(),
        *(sha for each in source.contents["tables"] for sha in each["chunks"]),
    ]
    files = source.files()
    total = len(compressed) + len(files)
    for done, name in enumerate(compressed, 1):
        source.content(name)
        if progress:
            progress(done, total)
    copy = folder / "checked"
    for done, name in enumerate(files, 1 + len(compressed)):
        copy.unlink(missing_ok=True)
        source.copy_file(name, copy)
        if progress:
            progress(done, total)
    copy.unlink(missing_ok=True)
    return total


def restore(
    config: Config,
    source: Source,
    migrations: Migrations,
    *,
    replaces: bool = False,
    sends_mail: bool = False,
    progress: Progress | None = None,
) -> Restored:
    """Restore a hub into the places that ``config`` names, after everything is verified.

    ``replaces``: move a hub that is there aside. ``sends_mail``: also send the email that was waiting when the backup was
    made; without it, it is marked as possibly sent. Raises Refused, and leaves everything as it was.
    """
    if not migrations.knows(source.manifest.schema):
        raise Refused(
            f"This backup was made by version {source.manifest.hub} of the hub, whose database schema this version "
            "doesn’t know. Install that version or a newer one, then try again."
        )
    with in_use.stopped(config):
        occupants.refuse_running_elsewhere(config)
        if not replaces:
            occupants.refuse_occupied(config)
        free = min(free_space(config.UPLOADS), free_space(config.INSTANCE))
        if free < needed(source.manifest):
            raise Refused(
                f"The restored hub needs at least {file_size(needed(source.manifest))}, and {file_size(free)} are free. "
                "Free some space, then try again."
            )
        stage = Stage.of(config)
        try:
            stage.begin()
            notes, count = _build(stage, source, migrations, sends_mail=sends_mail, progress=progress)
            aside = stage.swap()
        except SQLAlchemyError as error:
            reason = str(getattr(error, "orig", error)).split("\n")[0]
            raise Refused(f"The database couldn’t be restored, so nothing was changed ({reason}).") from error
        except OSError as error:
            raise Refused(
                f"The hub couldn’t be restored, so nothing was changed ({error.strerror or error})."
            ) from error
        finally:
            stage.clean_up()
    return Restored(source.name, count, len(source.files()), aside, notes)


def _build(
    stage: Stage, source: Source, migrations: Migrations, *, sends_mail: bool, progress: Progress | None
) -> tuple[list[str], int]:
    """Build and verify the restored hub; return what a person should know, and the number of rows."""
    _restore_files(stage, source, progress)
    notes = _restore_instance(stage, source)
    with closing(Database(stage.config)) as database:
        migrations.upgrade(database, source.manifest.schema)
        count = _restore_rows(database, source)
        migrations.upgrade(database, "head")
        if problems := integrity_queries.database_problems(database):
            raise Refused(f"The restored database is damaged, so nothing was changed. {problems[0]}")
        if not sends_mail and (waiting := _hold_mail(database)):
            notes.append(
                f"{plural(waiting, 'email was', 'emails were')} waiting when the backup was made, and may have been sent "
                "since. The outbox shows what was waiting as possibly sent."
            )
        with database.reading() as db:
            notes += altered_records(db)
    return notes, count


def _restore_files(stage: Stage, source: Source, progress: Progress | None) -> None:
    files, infected = source.files(), set(source.contents.get("infected", ()))
    (stage.config.UPLOADS / "files").mkdir(parents=True, mode=0o700)
    for done, name in enumerate(files, 1):
        place_of = originals.quarantine_of if name in infected else originals.path_of
        path = place_of(stage.config, name)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        source.copy_file(name, path)
        if progress:
            progress(done, len(files))
    for path in originals.all_stored(stage.config):
        if originals.hash_of(path) != path.name:
            raise Refused(f"The disk changed the file {path}, so nothing was changed. Check the disk.")
    os.sync()


def _restore_instance(stage: Stage, source: Source) -> list[str]:
    """Restore keys and mail that waits in files; return notes about keys and settings that differ."""
    notes = [f"The backup doesn’t have the file {name}: the hub had lost it." for name in source.contents["missing"]]
    for name, hashed in source.contents["instance"].items():
        if not _INSTANCE_FILE.fullmatch(name):
            raise Refused(f"The backup contains an unexpected file {name!r}, so nothing was changed.")
        content = source.content(hashed)
        stage.write(name, content)
        setting = name.upper().replace("-", "_")
        if name in KEYS and setting in stage.config.given and getattr(stage.config, setting) != content.decode():
            notes.append(
                f"The setting HUB_{setting} differs from the backup’s key, which is in {stage.place.INSTANCE / name}. "
                "Remove the setting or correct it."
            )
    lines = [f"HUB_{name}={value}" for name, value in source.contents["settings"].items()]
    if lines:
        stage.write(SETTINGS, "\n".join([*lines, ""]).encode())
        notes.append(
            f"The settings of the backed-up hub are in {stage.place.INSTANCE / SETTINGS}. Compare them with yours."
        )
    return notes


def _restore_rows(database: Database, source: Source) -> int:
    tables = {table["name"]: table for table in source.contents["tables"]}
    shapes = [TableShape(name, table["columns"], ()) for name, table in tables.items()]

    def contents_of(name: str) -> Iterator[bytes]:
        return (source.content(chunk) for chunk in tables[name]["chunks"])

    with database.engine.execution_options(hub_begin="IMMEDIATE").begin() as connection:
        loaded = rows.load(connection, shapes, contents_of)
        if differing := [name for name, count in loaded.items() if count != tables[name]["rows"]]:
            raise Refused(f"The backup’s table {differing[0]!r} is incomplete, so nothing was changed.")
    return sum(loaded.values())


def _hold_mail(database: Database) -> int:
    """Mark waiting email as possibly sent, so that no one gets it twice; return its count."""
    with database.writing() as db:
        held = update(OutboxMessage).where(OutboxMessage.state == State.WAITING)
        result: Any = db.execute(
            held.values(
                state=State.UNKNOWN,
                settled_at=clock.now(),
                lease_token=None,
                lease_until=None,
                trouble="The hub was restored from a backup. This email was waiting then, and may have been sent since.",
            )
        )
        return int(result.rowcount)
