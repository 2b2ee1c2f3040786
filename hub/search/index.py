"""Keeping the index: what it lacks or has too old is added, what it has too much goes. The one writer.

The index is pulled from the rows. First build, normal running and repair are the same function, `catch_up`.
"""

import logging
import shutil
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session
from whoosh.index import TOC
from whoosh.reading import SegmentReader

from config import Config
from hub.core.db import Database
from hub.search.entries import entries_of
from hub.search.queries import freshness as freshness_queries
from hub.search.store import codec, folders, snapshots
from hub.search.store.folders import Manifest
from hub.search.store.snapshots import Snapshot

log = logging.getLogger("hub.search")

Progress = Callable[[int, int], None]

# One commit takes a third of a second, so what is pending is gathered; but no more than this.


@dataclass(frozen=True)
class Batch:
    """What goes into one commit at most."""

    resources: int
    seconds: float


WHILE_SEARCHED = Batch(500, 10.0)
# An index that no one searches yet gets fewer and larger segments, which are quicker to search.
WHILE_BUILT = Batch(2_500, 60.0)

# Resources whose rows are asked for at a time.
CHUNK = 50
# Megabytes of postings that are sorted in memory before they go to a temporary file.
SORTED_MB = 96
# Seconds that another writer is waited for.
PATIENCE = 30.0

# Segments of about one size are merged when there are so many; in quiet moments sooner, and large ones too.
TIERS = (32, 256, 2_048, 16_384)
MANY, MANY_IN_QUIET = 8, 3
MOST_MERGED = 600  # entries that a busy writer merges in one go: about a second
QUIET_AFTER = 60.0  # seconds without a change


def catch_up(database: Database, progress: Progress | None = None, patience: float = PATIENCE) -> int:
    """Bring the index in line with the rows; answers how many entries were added, replaced or taken out.

    Quick when nothing changed. A missing, damaged or outdated index is built in a new folder and swapped in.
    Several processes may call it: one writes, the others wait ``patience`` seconds and then leave it to that one.
    """
    root = folders.root_of(database.config)
    if _is_current(database, root) and not _could_merge(root):
        return 0
    with folders.held(root, patience) as mine:
        if not mine:
            return 0
        if _is_current(database, root):
            _merge_in_quiet(database, root)
            return 0
        return _bring_in_line(database, root, _searched(database.config, root), progress)


def rebuild(database: Database, progress: Progress | None = None, patience: float = PATIENCE) -> int:
    """Build the index anew beside the old one, which is searched until then; answers how many entries it has.

    Another writer is waited for ``patience`` seconds; 0 when it hasn't finished by then.
    """
    root = folders.root_of(database.config)
    with folders.held(root, patience) as mine:
        if not mine:
            return 0
        for folder in folders.begun_folders(root):
            shutil.rmtree(folder, ignore_errors=True)
        return _bring_in_line(database, root, None, progress)


def audit_index(database: Database) -> list[str]:
    """Return what is wrong with the index, compared with the rows, a sentence each; nothing when all is well."""
    folder = folders.current_folder(folders.root_of(database.config))
    if folder is None:
        return ["There is no search index: run `hub catch-up`."]
    try:
        snapshot = Snapshot(folder)
    except snapshots.IndexUnusable as error:
        return [f"{error} Run `hub rebuild --index`."]
    manifest = Manifest.read(folder)
    wrong = [f"The file {name} of the search index is missing or damaged." for name in manifest.scrambled(folder)]
    with database.reading() as db:
        wanted = freshness_queries.stamps(db, freshness_queries.marks(db))
    there = _stamps_in(snapshot)
    wrong += [f"Resource {id_} is missing in the search index." for id_ in sorted(wanted.keys() - there.keys())]
    wrong += [f"Resource {id_} should not be in the search index." for id_ in sorted(there.keys() - wanted.keys())]
    both = sorted(wanted.keys() & there.keys())
    return wrong + [f"Resource {id_} is outdated in the search index." for id_ in both if wanted[id_] != there[id_]]


def state(config: Config) -> dict[str, Any]:
    """Return how the index is, in a word and a number, for the health page: ok, or being built (again)."""
    try:
        opened = folders.opened(config)
    except snapshots.IndexUnusable:
        return {"state": "building"}
    return {"state": "ok", "entries": opened.snapshot.live.bit_count()}


def _is_current(database: Database, root: Path) -> bool:
    """Return whether the index stands for the rows as they are now: a few quick looks."""
    folder = folders.current_folder(root)
    if folder is None or folders.is_damaged(folder):
        return False
    manifest = Manifest.read(folder)
    with database.reading() as db:
        return manifest.signature == freshness_queries.signature(db) and manifest.organizations == _checksum(
            freshness_queries.marks(db)
        )


def _checksum(marks: Mapping[int, int]) -> int:
    return sum(id_ * mark for id_, mark in marks.items())


def _stamps_in(snapshot: Snapshot) -> Mapping[int, str]:
    return {id_: snapshot.facts[doc].stamp for id_, doc in snapshot.doc_of.items()}


def _searched(config: Config, root: Path) -> Snapshot | None:
    """Return the index that is searched now, if it can be read."""
    folder = folders.current_folder(root)
    if folder is None or folders.is_damaged(folder):
        return None
    try:
        return folders.opened(config).snapshot
    except snapshots.IndexUnusable as error:
        log.warning("%s", error)
        return None


def _bring_in_line(database: Database, root: Path, snapshot: Snapshot | None, progress: Progress | None) -> int:
    """Write what differs into ``snapshot``'s folder, or into a new one that then takes the old one's place."""
    searched = snapshot is not None
    if snapshot is None:
        snapshot = _begun(root)
        log.info("Building the search index anew.", extra={"folder": snapshot.folder.name})
    with database.reading() as db:
        signature, marks = freshness_queries.signature(db), freshness_queries.marks(db)
        wanted = freshness_queries.stamps(db, marks)
    there = _stamps_in(snapshot)
    gone = [id_ for id_ in there if id_ not in wanted]
    lacking = [id_ for id_, stamp in wanted.items() if there.get(id_) != stamp]
    done = 0
    while gone or done < len(lacking):
        with database.reading() as db:
            written = _write(db, snapshot, gone, lacking[done:], WHILE_SEARCHED if searched else WHILE_BUILT)
        done, gone = done + written, []
        snapshot = Snapshot(snapshot.folder, snapshot.segments)
        if progress:
            progress(done, len(lacking))
    _note_state(snapshot.folder, Manifest(snapshot.generation, signature, _checksum(marks)))
    if not searched:
        folders.publish(root, snapshot.folder)
    return len(there.keys() - wanted.keys()) + len(lacking)


def _begun(root: Path) -> Snapshot:
    """Return an index that was begun and never finished, or a new one."""
    for folder in folders.begun_folders(root):
        try:
            return Snapshot(folder)
        except snapshots.IndexUnusable:
            shutil.rmtree(folder, ignore_errors=True)
    return Snapshot(folders.fresh_folder(root))


def _note_state(folder: Path, manifest: Manifest) -> None:
    """Keep what the index stands for, with the checksums of its files; those that are known never change."""
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


def _write(db: Session, snapshot: Snapshot, gone: Collection[int], lacking: Sequence[int], batch: Batch) -> int:
    """Take ``gone`` out and put the first of ``lacking`` in, in one commit; answers how many of those it took."""
    writer = _writer(snapshot.folder)
    try:
        taken = _fill(db, snapshot, writer, gone, lacking, batch)
    except BaseException:
        writer.cancel()
        raise
    writer.commit(mergetype=_merge_few)
    return taken


def _writer(folder: Path, go_on: Callable[[], None] | None = None) -> Any:
    """Whoosh's writer with postings and pool of our own; it has no parameter for the pool.

    ``go_on`` is called now and then while postings are sorted and may raise.
    """
    index = snapshots.MappedStorage(str(folder)).open_index()
    writer = index.writer(timeout=PATIENCE, codec=codec.Codec(), compound=False)
    writer.pool = codec.Pool(writer.temp_storage(), writer.newsegment, SORTED_MB, go_on)
    return writer


def _fill(
    db: Session, snapshot: Snapshot, writer: Any, gone: Collection[int], lacking: Sequence[int], batch: Batch
) -> int:
    until, taken = time.monotonic() + batch.seconds, 0
    for id_ in gone:
        writer.delete_document(snapshot.doc_of[id_])
    while taken < min(len(lacking), batch.resources) and time.monotonic() < until:
        chunk = lacking[taken : min(taken + CHUNK, batch.resources)]
        for id_ in chunk:
            if id_ in snapshot.doc_of:
                writer.delete_document(snapshot.doc_of[id_])
        for entry in entries_of(db, chunk):
            writer.add_document(**entry)
        taken += len(chunk)
    return taken


# Merging


def to_merge(sizes: Sequence[int], live: Sequence[int], *, quiet: bool) -> Sequence[int]:
    """Return which segments (by their place) become one: many of about one size, and in quiet moments those half deleted."""
    many = MANY_IN_QUIET if quiet else MANY
    for number, most in enumerate(TIERS):
        least = TIERS[number - 1] if number else 0
        tier = [n for n, size in enumerate(sizes) if least <= size < most]
        if len(tier) >= many and (quiet or sum(live[n] for n in tier) <= MOST_MERGED):
            return tier
    half_empty = [n for n, size in enumerate(sizes) if live[n] * 2 < size] if quiet else []
    return half_empty[:1]


def _merge_few(writer: Any, segments: Sequence[Any], *, quiet: bool = False) -> Sequence[Any]:
    """Whoosh's hook: put some segments into the one being written, answer those that stay."""
    segments = [segment for segment in segments if segment.doc_count() > 0]
    chosen = to_merge(
        [segment.doc_count_all() for segment in segments], [segment.doc_count() for segment in segments], quiet=quiet
    )
    for number in chosen:
        reader = SegmentReader(writer.storage, writer.schema, segments[number])
        writer.add_reader(reader)
        reader.close()
    return [segment for number, segment in enumerate(segments) if number not in set(chosen)]


def _could_merge(root: Path) -> bool:
    """Return whether nothing has changed for a while and segments are worth merging."""
    folder = folders.current_folder(root)
    return folder is not None and _is_quiet(folder) and bool(to_merge(*_sizes(folder), quiet=True))


def _is_quiet(folder: Path) -> bool:
    try:
        return time.time() - (folder / "manifest.json").stat().st_mtime > QUIET_AFTER
    except OSError:
        return False


def _sizes(folder: Path) -> tuple[Sequence[int], Sequence[int]]:
    """Return how many entries each segment has, and how many of them aren't deleted."""
    try:
        segments = TOC.read(snapshots.MappedStorage(str(folder)), "MAIN").segments
    except snapshots.DAMAGE:
        return (), ()
    segments = [segment for segment in segments if segment.doc_count() > 0]
    return [segment.doc_count_all() for segment in segments], [segment.doc_count() for segment in segments]


class _Interrupted(Exception):
    """Something changed: merging can wait."""


def _merge_in_quiet(database: Database, root: Path) -> None:
    """Merge what is worth it; given up at once when a resource changes, which mustn't wait."""
    folder = folders.current_folder(root)
    if folder is None or not _could_merge(root):
        return
    had = Manifest.read(folder)

    def go_on() -> None:
        with database.reading() as db:
            if freshness_queries.signature(db) != had.signature:
                raise _Interrupted

    writer = _writer(folder, go_on)
    try:
        writer.commit(mergetype=partial(_merge_few, quiet=True))
    except _Interrupted:
        writer.cancel()
        return
    _note_state(folder, Manifest(writer.generation, had.signature, had.organizations))
