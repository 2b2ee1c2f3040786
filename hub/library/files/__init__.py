"""Files on disk: originals by their hash, parts of uploads that are under way, and the notes that name a kept file."""

from hub.library.files.handles import handle_of, opened
from hub.library.files.originals import (
    CHUNK,
    STALE_AFTER,
    StoredFile,
    all_stored,
    hash_of,
    path_of,
    store,
    sync_folder,
)
from hub.library.files.parts import Busy, NoRoom, Part, WrongOffset, append, begin, find, forget, keep
from hub.library.files.sweeping import sweep

__all__ = [
    "CHUNK",
    "STALE_AFTER",
    "Busy",
    "NoRoom",
    "Part",
    "StoredFile",
    "WrongOffset",
    "all_stored",
    "append",
    "begin",
    "find",
    "forget",
    "handle_of",
    "hash_of",
    "keep",
    "opened",
    "path_of",
    "store",
    "sweep",
    "sync_folder",
]
