"""What no one needs any more goes: originals that no row names, and uploads that broke off."""

from config import Config
from hub.core import clock
from hub.library.files.originals import STALE_AFTER, all_stored
from hub.library.files.unfinished import all_parts


def sweep(config: Config, known: set[str]) -> list[str]:
    """Delete originals that no row names and parts of uploads that broke off, once they are a day old.

    ``known`` are the hashes that rows name. Answers what was deleted.
    """
    old = clock.now().timestamp() - STALE_AFTER
    orphans = [path for path in all_stored(config) if path.name not in known]
    broken_off = [path for path in (config.UPLOADS / "files" / "tmp").glob("*") if path.is_file()]
    gone = [path for path in orphans + broken_off if path.stat().st_mtime < old]
    for paths in all_parts(config).values():
        # A slow upload is as young as the last of its bytes.
        if max(path.stat().st_mtime for path in paths) < old:
            gone += paths
    for path in gone:
        path.unlink(missing_ok=True)
    return [path.name for path in gone]
