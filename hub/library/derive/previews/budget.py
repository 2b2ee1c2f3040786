"""Keeps the previews within their budget: what wasn't used for longest goes first, small pictures last.

All of it is made again when someone asks for it. A note in the folder of previews has their size, and each added file
is counted next to it, so that nothing is searched as long as there is room.
"""

import fcntl
import json
import logging
import os
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from sqlalchemy import func, select

from config import Config
from hub.core.db import Database
from hub.library.derive.previews import shelf
from hub.library.models import Revision

log = logging.getLogger("hub.library")

# Also of a hub with few files, so that its pages needn't be drawn again and again.
LEAST_BUDGET = 4_000_000  # bytes
# Pictures are drawn ahead of need up to this share of the budget; the rest is for what people open.
AHEAD = 0.7
# Requests may draw this much above the budget until the worker makes room; more is shown small, or as text.
SLACK = {shelf.LARGE: 1.05, shelf.SMALL: 1.1}
# Making room leaves this share of the budget, so that it is seldom needed.
KEPT = 0.9
RECOUNT = 24 * 3600  # seconds after which everything is counted again, in case the note is wrong
DAY = 24 * 3600


# What goes first, in this order: the rank (0: large pictures and PDFs, 1: small pictures, 2: those of first pages, and what
# is tiny), the day of the last use since 1970, and whether it is a PDF, which takes long to make.
Order = tuple[int, int, bool]


def has_room(config: Config, width: int) -> bool:
    """Return True if a request may draw a picture of this width now."""
    note = _read(config)
    return note is None or note[0] + _grown(config) < note[1] * SLACK[width]


def may_draw_ahead(config: Config) -> bool:
    """Return True if the worker may draw pictures that no one asked for yet."""
    note = _read(config)
    return note is None or note[0] + _grown(config) < note[1] * AHEAD


def make_room(database: Database) -> int:
    """Delete previews until they are within the budget; returns how many. Costs next to nothing if none were added.

    Only one process does so at a time: two would each overwrite the other's count.
    """
    config = database.config
    if not shelf.root(config).is_dir() or not (_is_old(config) or _read(config) is None or _grown(config)):
        return 0
    with (shelf.root(config) / "counting").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return 0
        return _make_room(database)


def _make_room(database: Database) -> int:
    config = database.config
    folder, note = shelf.root(config), _read(config)
    is_old = note is None or _is_old(config)
    used = note[0] + _take_grown(config) if note and not is_old else None
    budget, deleted = budget_of(database), 0
    if used is None or used > budget:
        _take_grown(config)
        sizes = _sizes(folder)
        used = sum(sizes.values())
        if used > budget:
            deleted, freed = _delete(folder, _last_to_go(sizes, used - int(budget * KEPT)))
            used -= freed
            log.info(
                "Previews deleted, to keep within their budget.", extra={"step": "library", "done": f"{deleted} files"}
            )
    shelf.write(_note(config), json.dumps([used, budget, config.PREVIEW_PERCENT]).encode())
    return deleted


def _sizes(folder: Path) -> dict[Order, int]:
    """Return the bytes of the files by the order in which they go: a hub has too many files for a list of them."""
    sizes: Counter[Order] = Counter()
    for order, _path, size in _files(folder):
        sizes[order] += size
    return sizes


def _last_to_go(sizes: Mapping[Order, int], excess: int) -> tuple[Order, int]:
    """Return the order up to which files must go to free ``excess`` bytes, and how many bytes of that order itself."""
    for order in sorted(sizes):
        if sizes[order] >= excess:
            return order, excess
        excess -= sizes[order]
    return max(sizes), sizes[max(sizes)]


def _delete(folder: Path, last: tuple[Order, int]) -> tuple[int, int]:
    """Delete all files whose order is before that of ``last``, and some of the same; returns their number and bytes."""
    order_of_last, rest = last
    deleted = freed = 0
    for order, path, size in _files(folder):
        if order > order_of_last or (order == order_of_last and rest <= 0):
            continue
        rest -= size if order == order_of_last else 0
        path.unlink(missing_ok=True)
        deleted, freed = deleted + 1, freed + size
    return deleted, freed


def budget_of(database: Database) -> int:
    """Return the bytes that previews may take: a share of the originals, but not less than LEAST_BUDGET."""
    files = select(func.max(Revision.size).label("size")).where(Revision.sha256.is_not(None)).group_by(Revision.sha256)
    with database.reading() as db:
        originals = int(db.scalar(select(func.sum(files.subquery().c.size))) or 0)
    return max(LEAST_BUDGET, originals * database.config.PREVIEW_PERCENT // 100)


def figures(config: Config) -> tuple[int, int] | None:
    """Return the bytes of the previews and their budget; None if they weren't counted yet."""
    note = _read(config)
    return (note[0] + _grown(config), note[1]) if note else None


def _files(folder: Path) -> Iterator[tuple[Order, Path, int]]:
    """Yield the files that can be made again, with their order and size."""
    for original in folder.glob("??/*"):
        with suppress(OSError):  # deleted meanwhile
            for entry in os.scandir(original):
                rank = _rank(entry.name)
                if rank is not None:
                    status = entry.stat()
                    yield (
                        (rank, int(status.st_mtime // DAY), entry.name.endswith(".pdf")),
                        Path(entry.path),
                        status.st_size,
                    )


def _rank(name: str) -> int | None:
    """Return the rank of a file with this name; None for one that is no preview, or too small to make it again."""
    if name.endswith((".none", ".part")) or name == shelf.EMBEDDED:
        return None
    if name.endswith((f"-{shelf.LARGE}.webp", ".pdf")):
        return 0
    return 1 if name.endswith(f"-{shelf.SMALL}.webp") and name != f"1-{shelf.SMALL}.webp" else 2


def _note(config: Config) -> Path:
    return shelf.root(config) / "counted"


def _read(config: Config) -> tuple[int, int] | None:
    """Return the bytes of the previews when they were last counted, and their budget; None if it was another setting."""
    try:
        used, budget, percent = json.loads(_note(config).read_bytes())
    except (OSError, ValueError):
        return None
    return (int(used), int(budget)) if percent == config.PREVIEW_PERCENT else None


def _is_old(config: Config) -> bool:
    try:
        return time.time() - _note(config).stat().st_mtime > RECOUNT
    except OSError:
        return True


def _grown(config: Config) -> int:
    """Return the bytes that were added since they were last counted."""
    try:
        return _sum(shelf.grown(config).read_bytes())
    except FileNotFoundError:
        return 0


def _take_grown(config: Config) -> int:
    """Return the bytes that were added, and start the next count."""
    taken = shelf.grown(config).with_suffix(".taken")
    try:
        shelf.grown(config).replace(taken)
        return _sum(taken.read_bytes())
    except FileNotFoundError:
        return 0


def _sum(lines: bytes) -> int:
    """Return the sum of the numbers; what a power failure left instead of one doesn't count."""
    return sum(int(line) for line in lines.split() if line.isdigit())
