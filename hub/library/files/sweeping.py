"""Deletion of originals that no row refers to, and of abandoned uploads."""

from config import Config
from hub.core import clock
from hub.library.files.originals import STALE_AFTER, all_stored
from hub.library.files.unfinished import all_parts


def sweep(config: Config, known: set[str]) -> list[str]:
    """Delete originals that no row refers to, and abandoned uploads, once they are a day old.

    ``known`` has the hashes in rows. Returns the names of the deleted files.
    """
    cutoff = clock.now().timestamp() - STALE_AFTER
    orphans = [path for path in all_stored(config) if path.name not in known]
    temporary = [path for path in (config.UPLOADS / "files" / "tmp").glob("*") if path.is_file()]
    stale = [path for path in orphans + temporary if path.stat().st_mtime < cutoff]
    for paths in all_parts(config).values():
        # The age of a slow upload counts from its last byte.
        if max(path.stat().st_mtime for path in paths) < cutoff:
            stale += paths
    for path in stale:
        path.unlink(missing_ok=True)
    return [path.name for path in stale]
