"""The index writer: adds missing and outdated entries, and deletes those of resources that are gone.

The index is derived from the database. `catch_up` does the first build, every update, and repairs.
"""

import logging
import shutil
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session
from whoosh.index import TOC

from config import Config
from hub.core.db import Database
from hub.search.entries import entries_of, in_chunks
from hub.search.queries import freshness as freshness_queries
from hub.search.store import folders, snapshots
from hub.search.store.building import Builder
from hub.search.store.facts import Facts
from hub.search.store.folders import Manifest
from hub.search.store.snapshots import Snapshot
from hub.search.store.tokens import Tokens
from hub.search.store.writing import Writer

log = logging.getLogger("hub.search")

Progress = Callable[[int, int], None]

# A commit takes a third of a second, so changes are batched.


@dataclass(frozen=True)
class Batch:
    """The limits of one commit; ``is_cut`` is asked now and then whether it is to end early."""

    resources: int
    seconds: float
    is_cut: Callable[[], bool] = lambda: False


WHILE_SEARCHED = Batch(500, 10.0)
# A new index gets fewer and larger segments, which are quicker to search.
WHILE_BUILT = Batch(2_500, 60.0)

# Resources per database query.
CHUNK = 50
# Timeout of the wait for another writer, in seconds.
TIMEOUT = 30.0

# Segments of a size tier are merged when there are MANY; in quiet moments sooner, and large ones too.
TIERS = (32, 256, 2_048, 16_384)
MANY, MANY_IN_QUIET = 8, 3
MOST_MERGED = 600  # entries that a busy writer merges at once: about a second
QUIET_AFTER = 60.0  # seconds without a change
COLLECTED_FOR = 3.0  # seconds in which changes that no one waits for are collected


def catch_up(database: Database, progress: Progress | None = None, timeout: float = TIMEOUT) -> int:
    """Bring the index up to date, and return the number of entries that were added, replaced or deleted.

    Quick if nothing changed. A missing, damaged or outdated index is built in a new folder and swapped in. If several
    processes call it, one writes; the others wait up to ``timeout`` seconds and then return 0.
    """
    root = folders.root_of(database.config)
    if _is_current(database, root) and not _could_merge(root):
        return 0
    with folders.writer_lock(root, timeout) as has_lock:
        if not has_lock:
            return 0
        if _is_current(database, root):
            _merge_in_quiet(database, root)
            return 0
        return _update(database, root, _current_snapshot(database.config, root), progress)


def is_to_wait(database: Database) -> bool:
    """Return True if the last update was a moment ago, and no one waits for what is missing since."""
    folder = folders.current_folder(folders.root_of(database.config))
    if folder is None or folders.is_damaged(folder) or _age(folder) > COLLECTED_FOR:
        return False
    try:
        snapshot = folders.opened(database.config).snapshot
    except snapshots.IndexUnusable:
        return False
    return not _lacks_awaited(database, partial(_stamp_in, snapshot))


def rebuild(database: Database, progress: Progress | None = None, timeout: float = TIMEOUT) -> int:
    """Build a new index while the old one is still searched, and return its number of entries.

    Waits up to ``timeout`` seconds for another writer, and then returns 0.
    """
    root = folders.root_of(database.config)
    with folders.writer_lock(root, timeout) as has_lock:
        if not has_lock:
            return 0
        for folder in folders.unfinished_folders(root):
            shutil.rmtree(folder, ignore_errors=True)
        return _update(database, root, None, progress)


def was_ever_built(config: Config) -> bool:
    """Return True if there is derived data, even if the index is lost; False for a new hub or one just restored."""
    return folders.root_of(config).parent.exists()


def audit_index(database: Database) -> list[str]:
    """Return a sentence for each difference between the index and the database; empty if there is none."""
    folder = folders.current_folder(folders.root_of(database.config))
    if folder is None:
        return ["There is no search index. Run hub catch-up."]
    try:
        snapshot = Snapshot(folder)
    except snapshots.IndexUnusable as error:
        return [f"{error} Run hub rebuild --index."]
    manifest = Manifest.read(folder)
    problems = [f"The file {name} of the search index is missing or damaged." for name in manifest.corrupt(folder)]
    with database.reading() as db:
        wanted = freshness_queries.stamps(db, freshness_queries.checksums(db))
    indexed = snapshot.stamps()
    problems += [f"Resource {id_} is missing from the search index." for id_ in sorted(wanted.keys() - indexed.keys())]
    problems += [f"Resource {id_} should not be in the search index." for id_ in sorted(indexed.keys() - wanted.keys())]
    both = sorted(wanted.keys() & indexed.keys())
    return problems + [
        f"Resource {id_} is outdated in the search index." for id_ in both if wanted[id_] != indexed[id_]
    ]


def state(config: Config) -> dict[str, Any]:
    """Return the state of the index for the health page: "ok" with the number of entries, or "building"."""
    try:
        opened = folders.opened(config)
    except snapshots.IndexUnusable:
        return {"state": "building"}
    return {"state": "ok", "entries": opened.snapshot.live.bit_count()}


def _is_current(database: Database, root: Path) -> bool:
    """Return True if the index reflects the current state of the database; a few quick queries."""
    folder = folders.current_folder(root)
    if folder is None or folders.is_damaged(folder):
        return False
    manifest = Manifest.read(folder)
    with database.reading() as db:
        return manifest.signature == freshness_queries.signature(db) and manifest.organizations == _combined(
            freshness_queries.checksums(db)
        )


def _combined(checksums: Mapping[int, int]) -> int:
    return sum(id_ * checksum for id_, checksum in checksums.items())


def _stamp_in(snapshot: Snapshot, resource: int) -> str | None:
    doc = snapshot.doc_of.get(resource)
    return None if doc is None else snapshot.facts[doc].stamp


def _current_snapshot(config: Config, root: Path) -> Snapshot | None:
    """Return the index that is searched now; None if there is none or it can't be read."""
    folder = folders.current_folder(root)
    if folder is None or folders.is_damaged(folder):
        return None
    try:
        return folders.opened(config).snapshot
    except snapshots.IndexUnusable as error:
        log.warning("%s", error)
        return None


def _update(database: Database, root: Path, snapshot: Snapshot | None, progress: Progress | None) -> int:
    """Write the differences into ``snapshot``'s folder, or into a new folder that is then swapped in."""
    is_searched = snapshot is not None
    if snapshot is None:
        snapshot = _unfinished_or_new(root)
        log.info("Building a new search index in %s.", snapshot.folder.name)
    with database.reading() as db:
        signature, checksums = freshness_queries.signature(db), freshness_queries.checksums(db)
        wanted = freshness_queries.stamps(db, checksums)
    indexed = snapshot.stamps()
    deleted = [id_ for id_ in indexed if id_ not in wanted]
    outdated = [id_ for id_, stamp in wanted.items() if indexed.get(id_) != stamp]
    pending, awaited = _awaited_first(database, outdated) if is_searched else (outdated, 0)
    done, deletions, is_cut, tokens = 0, len(deleted), False, Tokens()
    while not is_cut and (deleted or done < len(pending)):
        batch = _batch(database, wanted, awaited - done) if is_searched else WHILE_BUILT
        with database.reading() as db:
            written = _write(db, snapshot, tokens, deleted, pending[done:], batch)
        done, deleted = done + written, []
        tokens = Tokens() if tokens.is_full else tokens
        snapshot = Snapshot(snapshot.folder, snapshot.segments)
        if progress:
            progress(done, len(pending))
        is_cut = batch.is_cut()
    is_current = done == len(pending)
    _write_manifest(
        snapshot.folder, Manifest(snapshot.generation, signature if is_current else (), _combined(checksums))
    )
    if not is_searched:
        folders.publish(root, snapshot.folder)
    return deletions + done


def _awaited_first(database: Database, pending: Sequence[int]) -> tuple[Sequence[int], int]:
    """Return resources with those first that people wait for, and the number of those."""
    with database.reading() as db:
        in_bulk = freshness_queries.in_bulk(db, pending)
    awaited = [id_ for id_ in pending if id_ not in in_bulk]
    return [*awaited, *(id_ for id_ in pending if id_ in in_bulk)], len(awaited)


def _batch(database: Database, wanted: Mapping[int, str], awaited: int) -> Batch:
    """Return the limits of the next commit: only the ``awaited`` resources, or others until someone waits for one."""
    if awaited > 0:
        return replace(WHILE_SEARCHED, resources=min(awaited, WHILE_SEARCHED.resources))
    return replace(WHILE_SEARCHED, is_cut=lambda: _lacks_awaited(database, wanted.get))


def _lacks_awaited(database: Database, stamp_of: Callable[[int], str | None]) -> bool:
    """Return True if someone waits for a resource that has another stamp than ``stamp_of`` returns."""
    with database.reading() as db:
        newest = freshness_queries.newest_awaited()
        awaited = freshness_queries.stamps(db, freshness_queries.checksums(db), newest)
    return any(stamp_of(id_) != stamp for id_, stamp in awaited.items())


def _unfinished_or_new(root: Path) -> Snapshot:
    """Return an index whose build was interrupted, or a new one."""
    for folder in folders.unfinished_folders(root):
        try:
            return Snapshot(folder)
        except snapshots.IndexUnusable:
            shutil.rmtree(folder, ignore_errors=True)
    return Snapshot(folders.new_folder(root))


def _write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest with the checksums of all files; files never change, so earlier checksums are reused."""
    known = Manifest.read(folder).files
    names = [path.name for path in folder.iterdir() if path.is_file() and path.name.startswith(("MAIN_", "_MAIN_"))]
    names = [name for name in names if not name.endswith("LOCK")]
    sizes = {name: (folder / name).stat().st_size for name in names}
    checked = {
        name: known[name] if name in known and known[name][0] == size else (size, folders.checksum(folder / name))
        for name, size in sizes.items()
    }
    Manifest(manifest.generation, manifest.signature, manifest.organizations, checked).write(folder)


# Writing


def _write(
    db: Session, snapshot: Snapshot, tokens: Tokens, deleted: Collection[int], pending: Sequence[int], batch: Batch
) -> int:
    """Delete ``deleted`` and index the first of ``pending`` in one commit; return the number of those."""
    writer = Writer(snapshot.folder, TIMEOUT)
    try:
        for id_ in deleted:
            writer.delete(snapshot.doc_of[id_])
        count = _fill(db, writer, tokens, pending, batch)
        for id_ in pending[:count]:
            if id_ in snapshot.doc_of:
                writer.delete(snapshot.doc_of[id_])
        writer.commit(partial(to_merge, quiet=False))
    except BaseException:
        writer.cancel()
        raise
    return count


def _fill(db: Session, writer: Writer, tokens: Tokens, pending: Sequence[int], batch: Batch) -> int:
    """Add the first of ``pending``, as many as one batch may have; return their number."""
    deadline, count = time.monotonic() + batch.seconds, 0
    builder, facts = Builder(tokens), list[Facts]()
    checksums = freshness_queries.checksums(db)
    while (
        count < min(len(pending), batch.resources)
        and time.monotonic() < deadline
        and not builder.is_full
        and not (count and batch.is_cut())
    ):
        chunk = pending[count : min(count + CHUNK, batch.resources)]
        for entries in in_chunks(entries_of(db, chunk, checksums)):
            described = builder.add([entry.text for entry in entries])
            facts += [entry.facts(each) for entry, each in zip(entries, described, strict=True)]
        count += len(chunk)
    writer.write(builder.inverted(), facts)
    return count


# Merging


def to_merge(sizes: Sequence[int], live: Sequence[int], *, quiet: bool) -> Sequence[int]:
    """Return the indexes of the segments to merge: many of one size tier, or in quiet moments a half-deleted one.

    ``sizes`` and ``live`` have the number of all entries and of those that aren't deleted in each segment.
    """
    many = MANY_IN_QUIET if quiet else MANY
    for number, most in enumerate(TIERS):
        least = TIERS[number - 1] if number else 0
        tier = [n for n, size in enumerate(sizes) if least <= size < most]
        if len(tier) >= many and (quiet or sum(live[n] for n in tier) <= MOST_MERGED):
            return tier
    half_empty = [n for n, size in enumerate(sizes) if live[n] * 2 < size] if quiet else []
    return half_empty[:1]


def _could_merge(root: Path) -> bool:
    """Return True if nothing has changed for a while and there are segments to merge."""
    folder = folders.current_folder(root)
    return folder is not None and _is_quiet(folder) and bool(to_merge(*_sizes(folder), quiet=True))


def _is_quiet(folder: Path) -> bool:
    return _age(folder) > QUIET_AFTER


def _age(folder: Path) -> float:
    """Return the seconds since the last update; 0 if that isn't known."""
    try:
        return time.time() - (folder / "manifest.json").stat().st_mtime
    except OSError:
        return 0.0


def _sizes(folder: Path) -> tuple[Sequence[int], Sequence[int]]:
    """Return the number of all entries, and of those that aren't deleted, in each segment."""
    try:
        segments = TOC.read(snapshots.MappedStorage(str(folder)), "MAIN").segments
    except snapshots.DAMAGE:
        return (), ()
    segments = [segment for segment in segments if segment.doc_count() > 0]
    return [segment.doc_count_all() for segment in segments], [segment.doc_count() for segment in segments]


class _Interrupted(Exception):
    """A resource changed, so merging must wait."""


def _merge_in_quiet(database: Database, root: Path) -> None:
    """Merge segments, but stop as soon as a resource changes, since it must be indexed at once."""
    folder = folders.current_folder(root)
    if folder is None or not _could_merge(root):
        return
    manifest = Manifest.read(folder)

    def check() -> None:
        with database.reading() as db:
            if freshness_queries.signature(db) != manifest.signature:
                raise _Interrupted

    writer = Writer(folder, TIMEOUT, check)
    try:
        writer.commit(partial(to_merge, quiet=True))
    except _Interrupted:
        writer.cancel()
        return
    _write_manifest(folder, Manifest(writer.generation, manifest.signature, manifest.organizations))
